using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Countersign
{
    /// <summary>
    /// Verifies the access tokens of one Countersign server, with its published keys. Threads may share
    /// it; make one and keep it.
    /// </summary>
    /// <remarks>
    /// It does not learn of revocation: a session that was ended stays believable until its token
    /// expires, at most ten minutes. Ask the server where that is too long.
    /// </remarks>
    public sealed class Verifier
    {
        // Seconds that the server's clock may be ahead.
        const long Skew = 60;
        // The last second that DateTimeOffset knows.
        const long LastSecond = 253402300799;

        readonly string issuer;
        readonly string audience;
        internal readonly Keys Keys;
        internal Func<DateTimeOffset> Now = () => DateTimeOffset.UtcNow;

        /// <summary>
        /// Verifies tokens of the server with this public URL (<c>serve --public-url</c>). The keys are
        /// fetched when the first token comes.
        /// </summary>
        /// <exception cref="InvalidInputException">It is no URL of a server.</exception>
        public Verifier(string server)
        {
            issuer = Issuer(server);
            audience = issuer + "/widget/v1";
            Keys = new Keys(issuer + "/.well-known/jwks.json", () => Now());
        }

        /// <summary>The claims of the token.</summary>
        /// <exception cref="RefusedException">It is none for you.</exception>
        /// <exception cref="KeysUnavailableException">The server's keys cannot be had.</exception>
        public async Task<Claims> VerifyAsync(string token, CancellationToken cancellation = default(CancellationToken))
        {
            var parts = Split(token);
            var header = Header(parts[0]);
            var key = await Keys.FindAsync((string)header["kid"], cancellation).ConfigureAwait(false);
            if (!key.AnswersTo((string)header["alg"])) throw new RefusedException("algorithm", "alg is not that of the key");
            var message = Encoding.ASCII.GetBytes(token.Substring(0, token.LastIndexOf('.')));
            if (!key.Verifies(message, parts[2])) throw new RefusedException("signature", "the signature does not fit");
            return Read(JsonReader.Object(parts[1]));
        }

        // Three segments in the one spelling of base64url.
        static byte[][] Split(string token)
        {
            var parts = token == null || token.Length > Jws.Longest ? new string[0] : token.Split('.');
            var decoded = parts.Select(Base64Url.Decode).ToArray();
            if (decoded.Length == 3 && decoded.All(bytes => bytes != null)) return decoded;
            throw new RefusedException("malformed", "it is no token of three segments in base64url");
        }

        // alg, kid and typ and nothing else.
        static Dictionary<string, object> Header(byte[] bytes)
        {
            var header = JsonReader.Object(bytes);
            if (header == null || header.Count != 3 || new[] { "alg", "kid", "typ" }.Any(name => string.IsNullOrEmpty(Text(header, name))))
                throw new RefusedException("malformed", "the header is not alg, kid and typ");
            if (Text(header, "typ") != "at+jwt") throw new RefusedException("kind", "typ is not at+jwt");
            return header;
        }

        Claims Read(Dictionary<string, object> claims)
        {
            if (claims == null) throw new RefusedException("claims", "the claims are no JSON object, or one of them stands twice");
            if (Text(claims, "iss") != issuer) throw new RefusedException("issuer", "iss is not " + issuer);
            if (Text(claims, "aud") != audience) throw new RefusedException("audience", "aud is not " + audience);
            foreach (var name in new[] { "sub", "sid", "ws", "jti" })
                if (string.IsNullOrEmpty(Text(claims, name))) throw new RefusedException("claims", name + " is missing, or no text");
            var jkt = Jkt(claims);
            long issued = Seconds(claims, "iat"), expires = Seconds(claims, "exp");
            CheckTimes(issued, expires);
            return new Claims(Text(claims, "sub"), Text(claims, "sid"), Text(claims, "ws"), Text(claims, "jti"), issued, expires, jkt);
        }

        static string Jkt(Dictionary<string, object> claims)
        {
            if (!claims.TryGetValue("cnf", out var found)) return null;
            var jkt = found is Dictionary<string, object> confirmation ? Text(confirmation, "jkt") : null;
            if (string.IsNullOrEmpty(jkt)) throw new RefusedException("claims", "cnf names no key");
            return jkt;
        }

        void CheckTimes(long issued, long expires)
        {
            var now = Now().ToUnixTimeSeconds();
            if (expires <= now) throw new RefusedException("expired", $"it expired {now - expires} s ago");
            if (issued > now + Skew)
                throw new RefusedException("issued_ahead", $"iat lies {issued - now} s ahead; is this machine's clock right?");
        }

        static string Text(Dictionary<string, object> members, string name)
        {
            return members.TryGetValue(name, out var value) ? value as string : null;
        }

        static long Seconds(Dictionary<string, object> claims, string name)
        {
            if (claims.TryGetValue(name, out var value) && value is long seconds && seconds > 0 && seconds <= LastSecond) return seconds;
            throw new RefusedException("claims", name + " is missing, or no whole number of seconds");
        }

        // A public URL in the form that the server's tokens have as iss.
        static string Issuer(string server)
        {
            var isUrl = Uri.TryCreate(server, UriKind.Absolute, out var uri) && uri.Host != "";
            if (!isUrl || uri.UserInfo != "" || uri.Query != "" || uri.Fragment != "" || uri.AbsolutePath != "/")
                throw new InvalidInputException($"\"{server}\" must be scheme, host and port of a server, without a path");
            var isHere = uri.IsLoopback || uri.Host.EndsWith(".localhost", StringComparison.Ordinal);
            if (uri.Scheme != "https" && !(uri.Scheme == "http" && isHere))
                throw new InvalidInputException($"\"{server}\" must begin with https://, or be on this machine");
            return server.EndsWith("/", StringComparison.Ordinal) ? server.Substring(0, server.Length - 1) : server;
        }
    }
}
