using System;

namespace Countersign
{
    /// <summary>Claims of an access token that was verified.</summary>
    public sealed class Claims
    {
        /// <summary><c>sub</c>: the visitor's contact, <c>con_…</c>.</summary>
        public string Contact { get; }

        /// <summary><c>sid</c>: <c>ses_…</c>.</summary>
        public string Session { get; }

        /// <summary><c>ws</c>: the environment that both belong to, <c>env_…</c>.</summary>
        public string Tenant { get; }

        /// <summary><c>jti</c>.</summary>
        public string Id { get; }

        /// <summary><c>iat</c>.</summary>
        public DateTimeOffset Issued { get; }

        /// <summary><c>exp</c>.</summary>
        public DateTimeOffset Expires { get; }

        /// <summary>
        /// The thumbprint of the browser key that the session is bound to, or null. Who presents a bound
        /// token must also present a DPoP proof (RFC 9449) by that key.
        /// </summary>
        public string Jkt { get; }

        internal Claims(string contact, string session, string tenant, string id, long issued, long expires, string jkt)
        {
            Contact = contact;
            Session = session;
            Tenant = tenant;
            Id = id;
            Issued = DateTimeOffset.FromUnixTimeSeconds(issued);
            Expires = DateTimeOffset.FromUnixTimeSeconds(expires);
            Jkt = jkt;
        }
    }
}
