using System;
using System.Security.Cryptography;

namespace Countersign
{
    /// <summary>
    /// Mints identity tokens of the profile <c>countersign</c> for one widget. Threads may share it.
    /// </summary>
    public sealed class Signer
    {
        /// <summary>What a server accepts at most between <c>iat</c> and <c>exp</c>.</summary>
        public static readonly TimeSpan LongestLifetime = TimeSpan.FromMinutes(15);

        readonly string widget;
        readonly Members header;
        readonly Func<byte[], byte[]> sign;
        internal Func<DateTimeOffset> Now = () => DateTimeOffset.UtcNow;

        /// <summary>Signs with the shared secret of the widget, <c>cs_idj_…</c> as it is shown: not decoded.</summary>
        /// <exception cref="InvalidInputException">The widget or the secret is none.</exception>
        public Signer(string widget, string secret)
        {
            this.widget = Values.Widget(widget);
            var key = Secrets.Own("cs_idj_", secret);
            header = Header("HS256", null);
            sign = message => Jws.Hmac(key, message);
        }

        /// <summary>
        /// Signs with a private key of yours, P-256. Register its public half under the same
        /// <paramref name="kid"/>, which may be null. You keep the key and dispose it.
        /// </summary>
        /// <exception cref="InvalidInputException">The widget is none, or the key cannot sign.</exception>
        public Signer(string widget, ECDsa privateKey, string kid)
        {
            this.widget = Values.Widget(widget);
            header = Header("ES256", Values.CheckOptional("kid", kid, Kind.Id));
            sign = message =>
            {
                lock (privateKey) return privateKey.SignData(message, HashAlgorithmName.SHA256);
            };
            CheckKey(privateKey);
        }

        /// <summary>An identity token: what your <c>identity</c> callback answers as <c>token</c>.</summary>
        /// <exception cref="InvalidInputException">Something of it a server would refuse.</exception>
        public string Token(User user, TokenOptions options = null)
        {
            if (user == null) throw new ArgumentNullException(nameof(user));
            options = options ?? new TokenOptions();
            var issued = Now().ToUnixTimeSeconds();
            var claims = new Members
            {
                { "sub", Values.Check("id", user.Id, Kind.Id) },
                { "email", Values.CheckOptional("email", user.Email, Kind.Email) },
                { "name", Values.CheckOptional("name", user.Name, Kind.Name) },
                { "company", Organization(user.Company) },
                { "aud", widget },
                { "iat", issued },
                { "exp", issued + Seconds(options.Lifetime) },
                { "jti", Values.CheckOptional("jti", options.Jti, Kind.Id) },
                { "cnf", Confirmation(options.Jkt) },
            };
            return Jws.Compact(header, claims, sign);
        }

        /// <summary>Shows nothing of the key.</summary>
        public override string ToString()
        {
            return $"Signer({header[0].Value}, {widget})";
        }

        static Members Header(string algorithm, string kid)
        {
            return new Members { { "alg", algorithm }, { "typ", "JWT" }, { "kid", kid } };
        }

        void CheckKey(ECDsa key)
        {
            if (key == null) throw new ArgumentNullException(nameof(key));
            try
            {
                if (key.KeySize == 256 && sign(new byte[0]).Length == 64) return;
            }
            catch (CryptographicException)
            {
                throw new InvalidInputException("the private key cannot sign: give the private half");
            }
            throw new InvalidInputException("the private key must be of P-256");
        }

        static Members Organization(Company company)
        {
            if (company == null || (string.IsNullOrEmpty(company.Id) && string.IsNullOrEmpty(company.Name))) return null;
            return new Members
            {
                { "id", Values.Check("company id", company.Id, Kind.Id) },
                { "name", Values.CheckOptional("company name", company.Name, Kind.Name) },
            };
        }

        static Members Confirmation(string jkt)
        {
            if (string.IsNullOrEmpty(jkt)) return null;
            if (Base64Url.Decode(jkt)?.Length == 32) return new Members { { "jkt", jkt } };
            throw new InvalidInputException("jkt must be a SHA-256 thumbprint: 43 characters of base64url");
        }

        static long Seconds(TimeSpan lifetime)
        {
            if (lifetime >= TimeSpan.FromSeconds(1) && lifetime <= LongestLifetime) return (long)lifetime.TotalSeconds;
            throw new InvalidInputException("the lifetime must be from 1 second to 15 minutes");
        }
    }
}
