using System.Security.Cryptography;

namespace Countersign
{
    /// <summary>A public key, which has exactly one algorithm, whatever a token says.</summary>
    abstract class PublicKey
    {
        internal abstract bool AnswersTo(string algorithm);

        internal abstract bool Verifies(byte[] message, byte[] signature);
    }

    // .NET's key objects are not for several threads: each verification has its own.

    sealed class RsaKey : PublicKey
    {
        readonly RSAParameters key;

        internal RsaKey(RSAParameters key)
        {
            this.key = key;
        }

        internal override bool AnswersTo(string algorithm)
        {
            return algorithm == "RS256";
        }

        internal override bool Verifies(byte[] message, byte[] signature)
        {
            using (var rsa = RSA.Create())
            {
                rsa.ImportParameters(key);
                return signature.Length > 0 && rsa.VerifyData(message, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            }
        }
    }

    sealed class P256Key : PublicKey
    {
        readonly ECParameters key;

        internal P256Key(ECParameters key)
        {
            this.key = key;
        }

        internal override bool AnswersTo(string algorithm)
        {
            return algorithm == "ES256";
        }

        internal override bool Verifies(byte[] message, byte[] signature)
        {
            if (signature.Length != 64) return false;
            using (var ecdsa = ECDsa.Create(key)) return ecdsa.VerifyData(message, signature, HashAlgorithmName.SHA256);
        }
    }

    /// <summary>A key that is known and cannot be used: .NET has no Ed25519, and that is no fault of the token.</summary>
    sealed class Ed25519Key : PublicKey
    {
        internal override bool AnswersTo(string algorithm)
        {
            return algorithm == "Ed25519" || algorithm == "EdDSA";
        }

        internal override bool Verifies(byte[] message, byte[] signature)
        {
            throw new KeysUnavailableException(
                "the server signs with Ed25519, which .NET cannot verify: start it with --token-algorithm ES256 or RS256");
        }
    }
}
