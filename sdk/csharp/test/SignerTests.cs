using System;
using System.Collections.Generic;
using System.Security.Cryptography;

namespace Countersign.Tests
{
    /// <summary>What only .NET can say; the rest is in the vectors.</summary>
    static class SignerTests
    {
        const string Widget = "cs_pk_live_widget";
        const string Secret = "cs_idj_WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlqROdEj";

        internal static IEnumerable<Test> All()
        {
            yield return Test.Of("a signer shows nothing of its secret", () =>
                Assert.Equal("Signer(HS256, cs_pk_live_widget)", new Signer(Widget, Secret).ToString()));

            yield return Test.Of("a text is well-formed", () =>
            {
                foreach (var id in new[] { null, "u\ud800", "\udc00u", "\ud800\ud800" })
                    Assert.Throws<InvalidInputException>(() => new Signer(Widget, Secret).Token(new User { Id = id }));
            });

            yield return Test.Of("a life is from a second to a quarter of an hour", () =>
            {
                foreach (var ticks in new[] { 0, 1, -TimeSpan.TicksPerSecond, Signer.LongestLifetime.Ticks + 1 })
                    Assert.Throws<InvalidInputException>(() => new Signer(Widget, Secret).Token(new User { Id = "u1" }, new TokenOptions { Lifetime = new TimeSpan(ticks) }));
            });

            yield return Test.Of("nothing is no secret, key or user", () =>
            {
                Assert.Throws<InvalidInputException>(() => new Signer(null, Secret));
                Assert.Throws<InvalidInputException>(() => new Signer(Widget, null));
                Assert.Throws<ArgumentNullException>(() => new Signer(Widget, null, "k1"));
                Assert.Throws<ArgumentNullException>(() => new Signer(Widget, Secret).Token(null));
                Assert.Throws<InvalidInputException>(() => NotificationApi.Hash(null, "u1"));
                Assert.Throws<InvalidInputException>(() => Woes.EmailHash(null, "ada@example.com"));
            });

            yield return Test.Of("a public half cannot sign", () =>
            {
                using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
                using (var half = ECDsa.Create(key.ExportParameters(false)))
                    Assert.Throws<InvalidInputException>(() => new Signer(Widget, half, "k1"));
            });
        }
    }
}
