using System;

namespace Countersign
{
    /// <summary>A value, a secret or an address that cannot be used; the message says why, and never contains a secret.</summary>
    public sealed class InvalidInputException : ArgumentException
    {
        internal InvalidInputException(string message) : base(message) { }
    }

    /// <summary>A text that is no access token for you: answer 401.</summary>
    public sealed class RefusedException : Exception
    {
        /// <summary>One of malformed, kind, algorithm, unknown_key, signature, issuer, audience, expired, issued_ahead, claims.</summary>
        public string Code { get; }

        internal RefusedException(string code, string detail) : base("the access token is refused: " + detail)
        {
            Code = code;
        }
    }

    /// <summary>The server's keys cannot be had, or .NET cannot use them: answer 503.</summary>
    public sealed class KeysUnavailableException : Exception
    {
        internal KeysUnavailableException(string message, Exception cause = null) : base(message, cause) { }
    }
}
