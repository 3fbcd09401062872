using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace Countersign
{
    using Case = Dictionary<string, object>;

    /// <summary>Does what sdk/agree.mjs says, a case a line.</summary>
    static class Agree
    {
        static Verifier verifier;

        static void Main()
        {
            var lines = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
            var verdicts = Console.OpenStandardOutput();
            for (var line = lines.ReadLine(); line != null; line = lines.ReadLine())
            {
                var verdict = Json.Write(Verdict(JsonReader.Object(Encoding.UTF8.GetBytes(line))));
                verdicts.Write(verdict, 0, verdict.Length);
                verdicts.WriteByte((byte)'\n');
            }
        }

        static Members Verdict(Case one)
        {
            try
            {
                return new Members { { "answer", Answer(one) } };
            }
            catch (InvalidInputException error)
            {
                return new Members { { "error", error.Message } };
            }
            catch (RefusedException refused)
            {
                return new Members { { "error", refused.Message } };
            }
        }

        static string Answer(Case one)
        {
            var given = one.TryGetValue("arguments", out var found) ? (Case)found : new Case();
            string secret = Text(one, "secret"), text = Text(one, "text"), widget = Text(one, "widget");
            switch (Text(one, "call"))
            {
                case "notificationapi_hash": return NotificationApi.Hash(secret, text);
                case "fogbender_hmac": return Fogbender.Hmac(secret, text);
                case "woes_email_hash": return Woes.EmailHash(secret, text);
                case "woes_jwt":
                    return Woes.Jwt(secret, widget, new WoesUser { Email = Text(given, "email"), Id = Text(given, "id"), Name = Text(given, "name"), AccountId = Text(given, "account_id") });
                case "fogbender_jwt":
                    return Fogbender.Jwt(secret, new FogbenderUser
                    {
                        Id = Text(given, "id"), Email = Text(given, "email"), Name = Text(given, "name"), AvatarUrl = Text(given, "avatar_url"),
                        CustomerId = Text(given, "customer_id"), CustomerName = Text(given, "customer_name"),
                    });
                case "verify":
                    verifier = verifier ?? new Verifier(Text(one, "server"));
                    return verifier.VerifyAsync(Text(one, "token")).GetAwaiter().GetResult().Contact;
                default:
                    return new Signer(widget, secret).Token(User(given), Options(given));
            }
        }

        static User User(Case given)
        {
            var company = given.TryGetValue("company", out var found) ? (Case)found : null;
            return new User
            {
                Id = Text(given, "id"), Email = Text(given, "email"), Name = Text(given, "name"),
                Company = company == null ? null : new Company { Id = Text(company, "id"), Name = Text(company, "name") },
            };
        }

        static TokenOptions Options(Case given)
        {
            var options = new TokenOptions { Jkt = Text(given, "jkt"), Jti = Text(given, "jti") };
            if (given.TryGetValue("lifetime", out var seconds)) options.Lifetime = TimeSpan.FromSeconds((long)seconds);
            return options;
        }

        static string Text(Case from, string name)
        {
            return from.TryGetValue(name, out var value) ? value as string : null;
        }
    }
}
