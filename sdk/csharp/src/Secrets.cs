using System;
using System.Linq;
using System.Text;

namespace Countersign
{
    /// <summary>Secrets as they were shown, and the key bytes that they mean.</summary>
    static class Secrets
    {
        const string AsShown = "as it was shown, without quotes, spaces or a newline";

        /// <summary>A secret of ours with this prefix, whole: its text is the key.</summary>
        internal static byte[] Own(string prefix, string secret)
        {
            var isOwn = secret != null && secret.StartsWith(prefix, StringComparison.Ordinal);
            var bytes = isOwn ? Base64Url.Decode(secret.Substring(prefix.Length)) : null;
            if (bytes == null || bytes.Length != 36 || !HasItsSum(bytes))
                throw new InvalidInputException($"the secret must be the whole text {prefix}… {AsShown}");
            return Encoding.UTF8.GetBytes(secret);
        }

        /// <summary>Our own secret with this prefix, or the vendor's: 32 to 512 bytes in one line.</summary>
        internal static byte[] Vendor(string secret, string prefix = null)
        {
            secret = secret ?? "";
            if (secret.StartsWith("cs_", StringComparison.Ordinal))
            {
                if (prefix != null && secret.StartsWith(prefix, StringComparison.Ordinal)) return Own(prefix, secret);
                throw new InvalidInputException("this secret begins with cs_ and is made for another use");
            }
            var bytes = Encoding.UTF8.GetBytes(secret);
            if (bytes.Length < 32 || bytes.Length > 512 || secret != secret.Trim(' ', '"', '\'') || secret.Any(char.IsControl))
                throw new InvalidInputException($"the secret must be 32 to 512 bytes in one line, {AsShown}");
            return bytes;
        }

        /// <summary>The 32 bytes of a secret that is decoded.</summary>
        internal static byte[] Hexadecimal(string secret)
        {
            if (secret == null || secret.Length != 64 || !secret.All(Uri.IsHexDigit))
                throw new InvalidInputException("the secret must be 64 hexadecimal digits");
            return Enumerable.Range(0, 32).Select(at => Convert.ToByte(secret.Substring(2 * at, 2), 16)).ToArray();
        }

        // The last four of 36 bytes are the CRC-32 of the others.
        static bool HasItsSum(byte[] bytes)
        {
            var sum = uint.MaxValue;
            foreach (var value in bytes.Take(32))
            {
                sum ^= value;
                for (var bit = 0; bit < 8; bit++) sum = (sum >> 1) ^ ((sum & 1) * 0xedb88320);
            }
            var written = (uint)bytes[32] << 24 | (uint)bytes[33] << 16 | (uint)bytes[34] << 8 | bytes[35];
            return ~sum == written;
        }
    }
}
