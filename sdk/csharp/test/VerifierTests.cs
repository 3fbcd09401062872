using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Countersign.Tests
{
    /// <summary>Keys that come and go, and what decoders forgive; the rest is in the vectors.</summary>
    static class VerifierTests
    {
        const string Header = "{\"alg\":\"ES256\",\"kid\":\"p256\",\"typ\":\"at+jwt\"}";

        internal static IEnumerable<Test> All()
        {
            yield return Test.Of("keys are fetched again when they are old or unknown", KeysAreFetchedAgain);
            yield return Test.Of("many who wait share one fetch", ManyShareOneFetch);
            yield return Test.Of("who gives up does not end the fetch of the others", GivingUp);
            yield return Test.Of("only a proper set of keys is believed", OnlyAProperSet);
            yield return Test.Of("a redirect is not followed", async () =>
            {
                using (var issuer = new Issuer { Status = 302 }) Assert.Equal("unavailable", await Assert.Verdict(issuer.Verifier(), issuer.Token()));
            });
            yield return Test.Of("a closed port is no refusal", async () =>
            {
                var issuer = new Issuer();
                issuer.Dispose();
                Assert.Equal("unavailable", await Assert.Verdict(issuer.Verifier(), issuer.Token()));
            });
            yield return Test.Of("names stand once and text is UTF-8", NamesStandOnce);
            yield return Test.Of("a server is named by its URL", ServerUrls);
        }

        static async Task KeysAreFetchedAgain()
        {
            using (var issuer = new Issuer())
            {
                var verifier = issuer.Verifier();
                Func<string, string, int, Task> step = async (verdict, kid, fetches) =>
                {
                    Assert.Equal(verdict, await Assert.Verdict(verifier, issuer.Token(kid)));
                    Assert.Equal(fetches, issuer.Fetches);
                };
                Action<int, string> later = (seconds, answer) =>
                {
                    issuer.Time = issuer.Time.AddSeconds(seconds);
                    issuer.Answer = answer;
                };
                await step("accepted", "p256", 1);
                later(0, Issuer.Jwks("p256", "next"));
                await step("unknown_key", "next", 1); // a flood of unknown kids costs nothing
                later(10, Issuer.Jwks("p256", "next"));
                await step("accepted", "next", 2);
                later(300, Issuer.Jwks("next"));
                await step("unknown_key", "p256", 3); // a withdrawn key is forgotten
                later(300, null);
                await step("accepted", "next", 4); // an outage is survived
                await step("unavailable", "p256", 4); // but a kid that may be new is not refused
                later(3600, null);
                await step("unavailable", "next", 5); // for an hour
                later(10, Issuer.Jwks("next"));
                await step("accepted", "next", 6);
            }
        }

        static async Task ManyShareOneFetch()
        {
            using (var issuer = new Issuer())
            {
                var verifier = issuer.Verifier();
                var verdicts = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => Assert.Verdict(verifier, issuer.Token()))));
                Assert.True(verdicts.All(verdict => verdict == "accepted"), string.Join(" ", verdicts));
                Assert.Equal(1, issuer.Fetches);
            }
        }

        static async Task GivingUp()
        {
            using (var issuer = new Issuer())
            {
                var verifier = issuer.Verifier();
                var gone = new CancellationToken(true);
                Assert.Throws<OperationCanceledException>(() => verifier.VerifyAsync(issuer.Token(), gone).GetAwaiter().GetResult());
                Assert.Equal("accepted", await Assert.Verdict(verifier, issuer.Token()));
            }
        }

        static async Task OnlyAProperSet()
        {
            var good = Issuer.Jwks("p256");
            var off = new string('A', 42) + "E";
            var modulus = Base64Url.Encode(Enumerable.Repeat((byte)255, 128).ToArray());
            var answers = new[]
            {
                "", "<html>", "null", "[]", "{}", "{\"keys\":[]}", "{\"keys\":{}}", Issuer.Jwks("p256", "p256"), good + "x",
                $"{{\"keys\":[{{\"kid\":\"p256\",\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"{off}\",\"y\":\"{off}\"}}]}}",
                $"{{\"keys\":[{{\"kid\":\"p256\",\"kty\":\"RSA\",\"n\":\"{modulus}\",\"e\":\"AQAB\"}}]}}",
                $"{{\"keys\":[{{\"kid\":\"p256\",\"kty\":\"RSA\",\"n\":\"{modulus + modulus}\",\"e\":\"AQ\"}}]}}",
                good.Replace("\"sig\"", "\"enc\""), good.Replace("\"p256\"", "\"\""), good.Replace("ES256", "ES384"), good + new string(' ', 65536),
            };
            foreach (var answer in answers)
            {
                using (var issuer = new Issuer { Answer = answer })
                    Assert.Equal(answer + " unavailable", answer + " " + await Assert.Verdict(issuer.Verifier(), issuer.Token()));
            }
        }

        static async Task NamesStandOnce()
        {
            using (var issuer = new Issuer())
            {
                var verifier = issuer.Verifier();
                var claims = issuer.Claims();
                var broken = Encoding.UTF8.GetBytes(claims);
                broken[claims.IndexOf("con_1", StringComparison.Ordinal)] = 0xff;
                var cases = new Dictionary<string, string>
                {
                    { issuer.Sign(Header, claims), "accepted" },
                    { issuer.Sign(Header.Replace("{", "{\"alg\":\"none\","), claims), "malformed" },
                    { issuer.Sign(Header.Replace("alg", "ALG"), claims), "malformed" },
                    { issuer.Sign(Header, claims.Replace("{", "{\"sub\":\"con_2\",")), "claims" },
                    { issuer.Sign(Header, claims.Replace("{", "{\"s\\u0075b\":\"con_2\",")), "claims" },
                    { issuer.Sign(Header, claims.Replace("{", "{\"cnf\":{\"jkt\":\"a\",\"jkt\":\"b\"},")), "claims" },
                    { issuer.Sign(Header, claims.Replace("{", "{\"cnf\":null,")), "claims" },
                    { issuer.Sign(Header, claims.Replace("}", ",}")), "claims" },
                    { issuer.Sign(Header, claims.Replace("}", ",\"x\":01}")), "claims" },
                    { issuer.Sign(Header, claims.Replace("}", ",\"x\":\"\t\"}")), "claims" },
                    { issuer.Sign(Header, claims.Replace("\"iat\":", "\"iat\":9223372036854775807,\"x\":")), "claims" },
                    { issuer.Sign(Header, broken), "claims" },
                    { issuer.Sign(Header, claims + "{}"), "claims" },
                    { issuer.Sign(Header, new string('[', 5000)), "claims" },
                    { issuer.Token().Insert(20, "\n"), "malformed" },
                };
                foreach (var one in cases) Assert.Equal(one.Key + " " + one.Value, one.Key + " " + await Assert.Verdict(verifier, one.Key));
                Assert.Equal("malformed", await Assert.Verdict(verifier, null));
            }
        }

        static void ServerUrls()
        {
            foreach (var bad in new[] { null, "", "cs.example.com", "http://cs.example.com", "https://", "https://a@cs.example.com", "https://cs.example.com/x", "https://cs.example.com?x", "https://cs.example.com#x", "ftp://cs.example.com", "http://127.0.0.1.evil.example", "/x" })
                Assert.Throws<InvalidInputException>(() => new Verifier(bad), bad);
            foreach (var good in new[] { "https://cs.example.com", "https://cs.example.com/", "http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080", "http://a.localhost" })
                Assert.True(new Verifier(good) != null, good);
        }
    }
}
