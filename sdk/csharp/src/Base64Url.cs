using System;

namespace Countersign
{
    /// <summary>base64url without padding, in its one spelling.</summary>
    static class Base64Url
    {
        internal static string Encode(byte[] bytes)
        {
            return Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        }

        /// <summary>The bytes, or null.</summary>
        internal static byte[] Decode(string text)
        {
            try
            {
                var padded = text.Replace('-', '+').Replace('_', '/') + new string('=', (4 - text.Length % 4) % 4);
                var bytes = Convert.FromBase64String(padded);
                return Encode(bytes) == text ? bytes : null; // .NET itself skips spaces and spare bits
            }
            catch (FormatException)
            {
                return null;
            }
        }
    }
}
