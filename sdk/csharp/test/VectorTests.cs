using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Tasks;

namespace Countersign.Tests
{
    using Vector = Dictionary<string, object>;

    /// <summary>What every library of sdk/ must agree with.</summary>
    static class VectorTests
    {
        static readonly Vector Vectors = JsonReader.Object(File.ReadAllBytes("../vectors.json"));
        static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds((long)Vectors["now"]);

        internal static IEnumerable<Test> All()
        {
            var access = (Vector)Vectors["access"];
            return List(Vectors, "digests").Select(one => Test.Of(Name(one), () => Assert.Equal(one["answer"], Call(one))))
                .Concat(List(Vectors, "tokens").Where(Signable).Select(one => Test.Of(Name(one), () => CheckToken(one))))
                .Concat(List(Vectors, "unsigned").Select(one => Test.Of("unsigned: " + Name(one), () => CheckFault(one))))
                .Concat(List(access, "accepted").Select(one => Test.Of("accepted: " + Text(one, "name"), () => CheckAccepted(one))))
                .Concat(List(access, "refused").Select(one => Test.Of("refused: " + Text(one, "name"), async () =>
                    Assert.Equal(one["code"], await Assert.Verdict(AccessVerifier(), Text(one, "token"))))));
        }

        // .NET has no Ed25519.
        static bool Signable(Vector one)
        {
            return Text(one, "private_key") != "ed25519";
        }

        static void CheckToken(Vector one)
        {
            var token = Call(one);
            var parts = token.Split('.').Select(Base64Url.Decode).ToArray();
            Assert.Equal(Shown(one["header"]), Shown(JsonReader.Object(parts[0])));
            Assert.Equal(Shown(one["claims"]), Shown(JsonReader.Object(parts[1])));
            var message = Encoding.ASCII.GetBytes(token.Substring(0, token.LastIndexOf('.')));
            if (Text(one, "private_key") == null) Assert.Equal(Shown(Jws.Hmac(Encoding.UTF8.GetBytes(Text(one, "secret")), message)), Shown(parts[2]));
            else using (var key = PrivateKey(Text(one, "private_key"))) Assert.True(key.VerifyData(message, parts[2], HashAlgorithmName.SHA256), "the signature does not fit");
        }

        static void CheckFault(Vector one)
        {
            var expected = Text(one, "error").Replace("Ed25519 or P-256", "P-256");
            if (expected.StartsWith("the lifetime must be from 1", StringComparison.Ordinal)) expected = "the lifetime must be from 1";
            var fault = Assert.Throws<InvalidInputException>(() => Call(one));
            Assert.True(fault.Message.Contains(expected), fault.Message);
            var secret = Text(one, "secret") ?? "";
            Assert.True(secret.Length < 9 || !fault.ToString().Contains(secret), "the error shows the secret");
        }

        static async Task CheckAccepted(Vector one)
        {
            if (Text(one, "name").Contains("Ed25519"))
            {
                Assert.Equal("unavailable", await Assert.Verdict(AccessVerifier(), Text(one, "token")));
                return;
            }
            var found = await AccessVerifier().VerifyAsync(Text(one, "token"));
            var shown = new Vector
            {
                { "contact", found.Contact }, { "session", found.Session }, { "tenant", found.Tenant }, { "id", found.Id },
                { "issued", found.Issued.ToUnixTimeSeconds() }, { "expires", found.Expires.ToUnixTimeSeconds() }, { "jkt", found.Jkt },
            };
            Assert.Equal(Shown(one["claims"]), Shown(shown));
        }

        // A verifier that fetches the keys of the vectors, wherever their server is said to be.
        static Verifier AccessVerifier()
        {
            var verifier = new Verifier(Text((Vector)Vectors["access"], "server")) { Now = () => Now };
            verifier.Keys.Url = Published.Value.Url + "/.well-known/jwks.json";
            return verifier;
        }

        static readonly Lazy<Issuer> Published = new Lazy<Issuer>(() => new Issuer { Answer = Written(((Vector)Vectors["access"])["jwks"]) });

        // Does what a vector says.
        static string Call(Vector one)
        {
            var given = one.TryGetValue("arguments", out var found) ? (Vector)found : new Vector();
            string secret = Text(one, "secret"), text = Text(one, "text");
            switch (Text(one, "call"))
            {
                case "notificationapi_hash": return NotificationApi.Hash(secret, text);
                case "fogbender_hmac": return Fogbender.Hmac(secret, text);
                case "woes_email_hash": return Woes.EmailHash(secret, text);
                case "woes_jwt":
                    var contact = new WoesUser { Email = Text(given, "email"), Id = Text(given, "id"), Name = Text(given, "name"), AccountId = Text(given, "account_id") };
                    return Woes.Jwt(secret, Text(Vectors, "widget"), contact, Now);
                case "fogbender_jwt":
                    var customer = new FogbenderUser
                    {
                        Id = Text(given, "id"), Email = Text(given, "email"), Name = Text(given, "name"), AvatarUrl = Text(given, "avatar_url"),
                        CustomerId = Text(given, "customer_id"), CustomerName = Text(given, "customer_name"),
                    };
                    return Fogbender.Jwt(secret, customer, Now);
                default: return Signer(one).Token(User(given), Options(given));
            }
        }

        static Signer Signer(Vector one)
        {
            var widget = Text(one, "widget") ?? Text(Vectors, "widget");
            var key = Text(one, "private_key");
            var signer = key == null ? new Signer(widget, Text(one, "secret")) : new Signer(widget, PrivateKey(key), Text(one, "kid"));
            signer.Now = () => Now;
            return signer;
        }

        static User User(Vector given)
        {
            var company = given.TryGetValue("company", out var found) ? (Vector)found : null;
            return new User
            {
                Id = Text(given, "id"), Email = Text(given, "email"), Name = Text(given, "name"),
                Company = company == null ? null : new Company { Id = Text(company, "id"), Name = Text(company, "name") },
            };
        }

        static TokenOptions Options(Vector given)
        {
            var options = new TokenOptions { Jkt = Text(given, "jkt"), Jti = Text(given, "jti") };
            if (given.TryGetValue("lifetime", out var seconds)) options.Lifetime = TimeSpan.FromSeconds((long)seconds);
            return options;
        }

        // A key of NIST in PKCS #8, in whose end the scalar and the point stand: .NET Standard 2.0 reads no PEM.
        static ECDsa PrivateKey(string name)
        {
            var pem = Text((Vector)((Vector)Vectors["keys"])[name], "private");
            var der = Convert.FromBase64String(string.Concat(pem.Split('\n').Where(line => !line.StartsWith("-", StringComparison.Ordinal))));
            var length = name == "p384" ? 48 : 32;
            Func<int, byte[]> from = start => der.Skip(start).Take(length).ToArray();
            var point = new ECPoint { X = from(der.Length - 2 * length), Y = from(der.Length - length) };
            // Between the scalar and the point: [1], BIT STRING, no unused bits, uncompressed.
            var scalar = from(der.Length - 3 * length - 6);
            var curve = name == "p384" ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256;
            return ECDsa.Create(new ECParameters { Curve = curve, D = scalar, Q = point });
        }

        static IEnumerable<Vector> List(Vector from, string name)
        {
            return ((List<object>)from[name]).Cast<Vector>();
        }

        static string Name(Vector one)
        {
            return $"{Text(one, "call")}, {Text(one, "name")}";
        }

        static string Text(Vector from, string name)
        {
            return from.TryGetValue(name, out var value) ? value as string : null;
        }

        // In one order, so that two values are equal if their texts are.
        static string Shown(object value)
        {
            var members = value as Vector;
            if (members != null) return "{" + string.Join(",", members.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => one.Key + "=" + Shown(one.Value))) + "}";
            var bytes = value as byte[];
            return bytes != null ? BitConverter.ToString(bytes) : value?.ToString() ?? "null";
        }

        static string Written(object value)
        {
            var members = value as Vector;
            if (members != null) return "{" + string.Join(",", members.Select(one => Written(one.Key) + ":" + Written(one.Value))) + "}";
            var items = value as List<object>;
            return items != null ? "[" + string.Join(",", items.Select(Written)) + "]" : "\"" + value + "\"";
        }
    }
}
