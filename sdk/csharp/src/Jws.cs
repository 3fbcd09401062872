using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Text;

namespace Countersign
{
    /// <summary>The compact form of a signed token.</summary>
    static class Jws
    {
        /// <summary>Characters that a server reads.</summary>
        internal const int Longest = 8192;

        internal static string Compact(Members header, Members claims, Func<byte[], byte[]> sign)
        {
            var signed = Base64Url.Encode(Json.Write(header)) + "." + Base64Url.Encode(Json.Write(claims));
            return signed + "." + Base64Url.Encode(sign(Encoding.ASCII.GetBytes(signed)));
        }

        internal static byte[] Hmac(byte[] key, byte[] message)
        {
            using (var mac = new HMACSHA256(key)) return mac.ComputeHash(message);
        }
    }
}
