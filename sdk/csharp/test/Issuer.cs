using System;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;

namespace Countersign.Tests
{
    /// <summary>A server whose keys, clock and answers a test can change.</summary>
    sealed class Issuer : IDisposable
    {
        static readonly ECDsa P256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        readonly HttpListener listener = new HttpListener();
        internal readonly string Url;
        internal string Answer = Jwks("p256");
        internal int Status = 200;
        internal int Fetches;
        internal DateTimeOffset Time = DateTimeOffset.FromUnixTimeSeconds(1800000000);

        internal Issuer()
        {
            var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            Url = "http://127.0.0.1:" + ((IPEndPoint)probe.LocalEndpoint).Port;
            probe.Stop();
            listener.Prefixes.Add(Url + "/");
            listener.Start();
            Task.Run(ServeAsync);
        }

        internal Verifier Verifier()
        {
            return new Verifier(Url) { Now = () => Time };
        }

        internal static string Jwks(params string[] kids)
        {
            var point = P256.ExportParameters(false).Q;
            return "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"another kind\"}" + string.Concat(Array.ConvertAll(kids, kid =>
                $",{{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"{kid}\",\"alg\":\"ES256\",\"use\":\"sig\",\"x\":\"{Base64Url.Encode(point.X)}\",\"y\":\"{Base64Url.Encode(point.Y)}\"}}")) + "]}";
        }

        internal string Token(string kid = "p256")
        {
            return Sign($"{{\"alg\":\"ES256\",\"kid\":\"{kid}\",\"typ\":\"at+jwt\"}}", Claims());
        }

        internal string Claims()
        {
            var now = Time.ToUnixTimeSeconds();
            return $"{{\"iss\":\"{Url}\",\"aud\":\"{Url}/widget/v1\",\"sub\":\"con_1\",\"sid\":\"ses_1\",\"ws\":\"env_1\",\"iat\":{now},\"exp\":{now + 600},\"jti\":\"1\"}}";
        }

        /// <summary>A token over texts that need not be JSON.</summary>
        internal string Sign(string header, string claims)
        {
            return Sign(header, Encoding.UTF8.GetBytes(claims));
        }

        internal string Sign(string header, byte[] claims)
        {
            var signed = Base64Url.Encode(Encoding.UTF8.GetBytes(header)) + "." + Base64Url.Encode(claims);
            return signed + "." + Base64Url.Encode(P256.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256));
        }

        public void Dispose()
        {
            listener.Close();
        }

        async Task ServeAsync()
        {
            while (listener.IsListening)
            {
                var context = await listener.GetContextAsync();
                Fetches++;
                var found = context.Request.Url.AbsolutePath == "/.well-known/jwks.json" && Answer != null;
                context.Response.StatusCode = found ? Status : 503;
                if (Status == 302) context.Response.RedirectLocation = Url + "/elsewhere";
                var body = Encoding.UTF8.GetBytes(found ? Answer : "");
                try
                {
                    await context.Response.OutputStream.WriteAsync(body, 0, body.Length);
                    context.Response.Close();
                }
                catch (HttpListenerException)
                {
                    // the client has read enough
                }
            }
        }
    }
}
