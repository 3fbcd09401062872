using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;

namespace Countersign
{
    /// <summary>Reads a JWK Set. Keys of kinds that this library does not know are passed over.</summary>
    static class Jwks
    {
        internal static Dictionary<string, PublicKey> Read(byte[] text)
        {
            var set = JsonReader.Object(text);
            if (set == null || !set.TryGetValue("keys", out var found) || !(found is List<object> list))
                throw new KeysUnavailableException("it answered no JWK Set");
            var keys = new Dictionary<string, PublicKey>();
            foreach (var jwk in list.OfType<Dictionary<string, object>>())
            {
                var key = Usable(jwk);
                if (key == null) continue;
                var kid = Text(jwk, "kid");
                if (keys.ContainsKey(kid)) throw new KeysUnavailableException("two of its keys have the same kid");
                keys[kid] = key;
            }
            if (keys.Count == 0) throw new KeysUnavailableException("it has no key of RS256, ES256 or Ed25519");
            return keys;
        }

        static PublicKey Usable(Dictionary<string, object> jwk)
        {
            var key = ByKind(jwk);
            var fits = key != null && Text(jwk, "kid") != "" && (!jwk.ContainsKey("use") || Text(jwk, "use") == "sig")
                && (!jwk.ContainsKey("alg") || key.AnswersTo(Text(jwk, "alg")));
            return fits ? key : null;
        }

        static PublicKey ByKind(Dictionary<string, object> jwk)
        {
            switch (Text(jwk, "kty") + " " + Text(jwk, "crv"))
            {
                case "RSA ": return Rsa(Bytes(jwk, "n"), Bytes(jwk, "e"));
                case "EC P-256": return P256(Bytes(jwk, "x"), Bytes(jwk, "y"));
                case "OKP Ed25519": return new Ed25519Key();
                default: return null;
            }
        }

        static PublicKey Rsa(byte[] modulus, byte[] exponent)
        {
            var bits = Bits(modulus);
            if (bits < 2048 || bits > 8192 || Bits(exponent) < 2 || Bits(exponent) > 31) return null;
            return new RsaKey(new RSAParameters { Modulus = modulus, Exponent = exponent });
        }

        static PublicKey P256(byte[] x, byte[] y)
        {
            if (x.Length != 32 || y.Length != 32) return null;
            var point = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } };
            try
            {
                ECDsa.Create(point).Dispose();
                return new P256Key(point);
            }
            catch (CryptographicException) // off the curve
            {
                return null;
            }
        }

        static int Bits(byte[] number)
        {
            var zeros = number.TakeWhile(value => value == 0).Count();
            if (zeros == number.Length) return 0;
            var bits = (number.Length - zeros) * 8;
            for (int first = number[zeros]; first < 128; first <<= 1) bits--;
            return bits;
        }

        static string Text(Dictionary<string, object> jwk, string name)
        {
            return jwk.TryGetValue(name, out var value) ? value as string ?? "" : "";
        }

        // A misspelt number is empty, which no key has.
        static byte[] Bytes(Dictionary<string, object> jwk, string name)
        {
            return Base64Url.Decode(Text(jwk, name)) ?? new byte[0];
        }
    }
}
