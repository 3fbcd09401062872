using System;
using System.Collections.Generic;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;

namespace Countersign.Tests
{
    /// <summary>Tokens of this library at a real server, which node sdk/beside-server.mjs starts.</summary>
    static class SessionTests
    {
        static readonly HttpClient Client = new HttpClient();

        internal static IEnumerable<Test> All()
        {
            yield return Test.Of("a shared secret opens a real session", () =>
                OpensASession(new Signer(Given("WIDGET_KEY"), Given("IDENTITY_SECRET"))));

            yield return Test.Of("an own key opens a real session", async () =>
            {
                using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
                {
                    var point = key.ExportParameters(false).Q;
                    var jwk = new Members { { "kty", "EC" }, { "crv", "P-256" }, { "alg", "ES256" }, { "x", Base64Url.Encode(point.X) }, { "y", Base64Url.Encode(point.Y) } };
                    var body = new Members { { "mode", "jwt" }, { "kid", "csharp" }, { "public_key", Encoding.UTF8.GetString(Json.Write(jwk)) } };
                    await Post($"/api/v1/widgets/{Given("WIDGET_ID")}/identity_secrets", body, Given("SECRET_KEY"));
                    await OpensASession(new Signer(Given("WIDGET_KEY"), key, "csharp"));
                }
            });
        }

        // Shows a token to the server, and verifies what the server answers.
        static async Task OpensASession(Signer signer)
        {
            var user = new User { Id = "u1", Email = " Ada@Example.com", Company = new Company { Id = "c1", Name = "Acme" } };
            var body = new Members { { "widget", Given("WIDGET_KEY") }, { "identity", new Members { { "token", signer.Token(user) } } } };
            var session = await Post("/widget/v1/sessions", body);
            var claims = await new Verifier(Given("SERVER")).VerifyAsync((string)session["access_token"]);
            Assert.Equal(((Dictionary<string, object>)session["contact"])["id"], claims.Contact);
        }

        static async Task<Dictionary<string, object>> Post(string path, Members body, string secretKey = null)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, Given("SERVER") + path) { Content = new ByteArrayContent(Json.Write(body)) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            if (secretKey != null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secretKey);
            var response = await Client.SendAsync(request);
            var answer = await response.Content.ReadAsByteArrayAsync();
            Assert.True((int)response.StatusCode == 201, Encoding.UTF8.GetString(answer));
            return JsonReader.Object(answer);
        }

        static string Given(string name)
        {
            return Environment.GetEnvironmentVariable("COUNTERSIGN_" + name)
                ?? throw new InvalidOperationException("run this by `node sdk/beside-server.mjs`, from the root of the repository");
        }
    }
}
