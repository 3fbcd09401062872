using System;

namespace Countersign
{
    /// <summary>
    /// Who is signed in to your application. Read it from your own session, never from the request: a
    /// back end that signs whatever id stands in the request signs for everybody.
    /// </summary>
    public sealed class User
    {
        /// <summary>Required: your own stable id, up to 128 characters.</summary>
        public string Id { get; set; }

        /// <summary>Up to 254 characters, the domain in ASCII; signed trimmed and lower-cased.</summary>
        public string Email { get; set; }

        /// <summary>Up to 200 characters.</summary>
        public string Name { get; set; }

        /// <summary>The organization that the user belongs to.</summary>
        public Company Company { get; set; }
    }

    /// <summary>An organization. A name needs an id.</summary>
    public sealed class Company
    {
        /// <summary>Required: up to 128 characters.</summary>
        public string Id { get; set; }

        /// <summary>Up to 200 characters.</summary>
        public string Name { get; set; }
    }

    /// <summary>What one identity token is made for; all of it may stay out.</summary>
    public sealed class TokenOptions
    {
        /// <summary>
        /// Binds the token to the browser key with this thumbprint, which the widget hands to your
        /// <c>identity</c> callback: a copied token is of no use elsewhere.
        /// </summary>
        public string Jkt { get; set; }

        /// <summary>Names this token.</summary>
        public string Jti { get; set; }

        /// <summary>Whole seconds, at most <see cref="Signer.LongestLifetime"/>; 10 minutes if you say nothing.</summary>
        public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(10);
    }
}
