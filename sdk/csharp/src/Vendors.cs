using System;

namespace Countersign
{
    /// <summary>The forms of the profiles <c>woes-hmac</c> and <c>woes-jwt</c>.</summary>
    public static class Woes
    {
        /// <summary>
        /// <c>email_hash</c>: the secret is decoded from its 64 hexadecimal digits, the email trimmed and
        /// lower-cased, the digest written in hexadecimal.
        /// </summary>
        /// <exception cref="InvalidInputException">The secret or the email is none.</exception>
        public static string EmailHash(string secret, string email)
        {
            return Vendors.Hexadecimal(Secrets.Hexadecimal(secret), Values.Hashable("email", email, Kind.Email));
        }

        /// <summary><c>jwt</c>, good for 10 minutes.</summary>
        /// <exception cref="InvalidInputException">Something of it a server would refuse.</exception>
        public static string Jwt(string secret, string widget, WoesUser user)
        {
            return Jwt(secret, widget, user, DateTimeOffset.UtcNow);
        }

        internal static string Jwt(string secret, string widget, WoesUser user, DateTimeOffset now)
        {
            if (user == null) throw new ArgumentNullException(nameof(user));
            return Vendors.Jwt(secret, now, new Members
            {
                { "aud", Values.Widget(widget) },
                { "email", Values.Check("email", user.Email, Kind.Email) },
                { "contact_external_id", Values.CheckOptional("id", user.Id, Kind.Id) },
                { "name", Values.CheckOptional("name", user.Name, Kind.Name) },
                { "account_external_id", Values.CheckOptional("account id", user.AccountId, Kind.Id) },
            });
        }
    }

    /// <summary>What a token of the profile <c>woes-jwt</c> says.</summary>
    public sealed class WoesUser
    {
        /// <summary>Required.</summary>
        public string Email { get; set; }

        /// <summary><c>contact_external_id</c>.</summary>
        public string Id { get; set; }

        /// <summary><c>name</c>.</summary>
        public string Name { get; set; }

        /// <summary><c>account_external_id</c>.</summary>
        public string AccountId { get; set; }
    }

    /// <summary>The form of the profile <c>notificationapi</c>.</summary>
    public static class NotificationApi
    {
        /// <summary><c>userIdHash</c>: the key is the secret's text, the digest is written in standard base64.</summary>
        /// <exception cref="InvalidInputException">The secret or the id is none.</exception>
        public static string Hash(string secret, string userId)
        {
            return Convert.ToBase64String(Jws.Hmac(Secrets.Vendor(secret, "cs_idh_"), Values.Hashable("user id", userId, Kind.Id)));
        }
    }

    /// <summary>The forms of the profile <c>fogbender</c>.</summary>
    public static class Fogbender
    {
        /// <summary><c>userHMAC</c>: the key is the secret's text, the digest is written in hexadecimal.</summary>
        /// <exception cref="InvalidInputException">The secret or the id is none.</exception>
        public static string Hmac(string secret, string userId)
        {
            return Vendors.Hexadecimal(Secrets.Vendor(secret), Values.Hashable("user id", userId, Kind.Id));
        }

        /// <summary><c>userJWT</c>, good for 10 minutes.</summary>
        /// <exception cref="InvalidInputException">Something of it a server would refuse.</exception>
        public static string Jwt(string secret, FogbenderUser user)
        {
            return Jwt(secret, user, DateTimeOffset.UtcNow);
        }

        internal static string Jwt(string secret, FogbenderUser user, DateTimeOffset now)
        {
            if (user == null) throw new ArgumentNullException(nameof(user));
            return Vendors.Jwt(secret, now, new Members
            {
                { "userId", Values.Check("id", user.Id, Kind.Id) },
                { "userEmail", Values.CheckOptional("email", user.Email, Kind.Email) },
                { "userName", Values.CheckOptional("name", user.Name, Kind.Name) },
                { "userAvatarUrl", Values.CheckOptional("avatar URL", user.AvatarUrl, Kind.Url) },
                { "customerId", Values.CheckOptional("customer id", user.CustomerId, Kind.Id) },
                { "customerName", Values.CheckOptional("customer name", user.CustomerName, Kind.Name) },
            });
        }
    }

    /// <summary>What a token of the profile <c>fogbender</c> says.</summary>
    public sealed class FogbenderUser
    {
        /// <summary>Required: <c>userId</c>.</summary>
        public string Id { get; set; }

        /// <summary><c>userEmail</c>.</summary>
        public string Email { get; set; }

        /// <summary><c>userName</c>.</summary>
        public string Name { get; set; }

        /// <summary><c>userAvatarUrl</c>, up to 2,000 characters.</summary>
        public string AvatarUrl { get; set; }

        /// <summary><c>customerId</c>.</summary>
        public string CustomerId { get; set; }

        /// <summary><c>customerName</c>.</summary>
        public string CustomerName { get; set; }
    }

    static class Vendors
    {
        internal static string Hexadecimal(byte[] key, byte[] message)
        {
            return BitConverter.ToString(Jws.Hmac(key, message)).Replace("-", "").ToLowerInvariant();
        }

        internal static string Jwt(string secret, DateTimeOffset now, Members claims)
        {
            var key = Secrets.Vendor(secret);
            claims.Add("iat", now.ToUnixTimeSeconds());
            claims.Add("exp", now.AddMinutes(10).ToUnixTimeSeconds());
            return Jws.Compact(new Members { { "alg", "HS256" }, { "typ", "JWT" } }, claims, message => Jws.Hmac(key, message));
        }
    }
}
