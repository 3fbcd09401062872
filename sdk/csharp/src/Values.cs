using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace Countersign
{
    /// <summary>What a value may look like.</summary>
    enum Kind { Id, Name, Email, Url }

    /// <summary>The server's own rules, so that what is signed is accepted.</summary>
    static class Values
    {
        static readonly Encoding Utf8 = new UTF8Encoding(false, true);

        /// <summary>
        /// The value in the form that is signed; an email trimmed and lower-cased in ASCII only, because
        /// full lower-casing makes two addresses one.
        /// </summary>
        internal static string Check(string field, string text, Kind kind)
        {
            text = text ?? "";
            if (kind == Kind.Email) text = Normalised(text);
            var characters = Characters(field, text);
            if (characters.All(IsSpace)) throw Bad(field, "is blank");
            if (characters.Count > Longest(kind)) throw Bad(field, $"is longer than {Longest(kind)} characters");
            if (HasUnseen(characters, kind == Kind.Name)) throw Bad(field, "contains a control or an invisible character");
            if (kind == Kind.Email) CheckEmail(field, text);
            return text;
        }

        /// <summary>The same for a value that stays out if it is null or empty.</summary>
        internal static string CheckOptional(string field, string text, Kind kind)
        {
            return string.IsNullOrEmpty(text) ? null : Check(field, text, kind);
        }

        /// <summary>
        /// Refuses a text with the shape of a token's signed part: hashing such an id with a secret that
        /// also signs tokens would sign a token that the user wrote.
        /// </summary>
        internal static byte[] Hashable(string field, string text, Kind kind)
        {
            text = Check(field, text, kind);
            if (text.StartsWith("eyJ", StringComparison.Ordinal) && text.Contains("."))
                throw Bad(field, "has the shape of a token and is not signed");
            return Utf8.GetBytes(text);
        }

        internal static string Widget(string key)
        {
            if (new[] { "cs_pk_live_", "cs_pk_test_" }.Any(prefix => key?.StartsWith(prefix, StringComparison.Ordinal) == true))
                return Check("widget", key, Kind.Id);
            throw new InvalidInputException("the widget must be named by its public key, cs_pk_live_… or cs_pk_test_…");
        }

        static int Longest(Kind kind)
        {
            switch (kind)
            {
                case Kind.Id: return 128;
                case Kind.Name: return 200;
                case Kind.Email: return 254;
                default: return 2000;
            }
        }

        static List<int> Characters(string field, string text)
        {
            var characters = new List<int>(text.Length);
            for (var at = 0; at < text.Length; at++)
            {
                if (char.IsSurrogate(text[at]) && !char.IsSurrogatePair(text, at)) throw Bad(field, "is not well-formed text");
                characters.Add(char.ConvertToUtf32(text, at));
                if (char.IsSurrogate(text[at])) at++;
            }
            return characters;
        }

        static void CheckEmail(string field, string email)
        {
            var parts = email.Split('@');
            if (parts.Length != 2 || parts[0] == "" || parts[1] == "" || email.Any(character => IsSpace(character)))
                throw Bad(field, "is not an email address");
            if (parts[1].Any(character => character > 127))
                throw new InvalidInputException($"the domain of the {field} is not in ASCII; write it in its xn-- form");
        }

        static string Normalised(string email)
        {
            var spaces = email.TakeWhile(character => IsSpace(character)).Count();
            var last = email.Length;
            while (last > spaces && IsSpace(email[last - 1])) last--;
            return new string(email.Substring(spaces, last - spaces).Select(Lower).ToArray());
        }

        static char Lower(char character)
        {
            return character >= 'A' && character <= 'Z' ? (char)(character + 32) : character;
        }

        // White_Space of Unicode; char.IsWhiteSpace differs between versions of .NET.
        static bool IsSpace(int character)
        {
            return InOneOf(Spaces, character);
        }

        // Names may have variation selectors, and joiners between two letters beyond ASCII: emoji,
        // Persian and Indic scripts need them.
        static bool HasUnseen(List<int> text, bool name)
        {
            for (var at = 0; at < text.Count; at++)
            {
                var joins = name && IsJoiner(text[at]) && IsLetter(text, at - 1) && IsLetter(text, at + 1);
                var selects = name && In(text[at], 0xfe00, 0xfe0f);
                if (!joins && !selects && InOneOf(Unseen, text[at])) return true;
            }
            return false;
        }

        static bool IsLetter(List<int> text, int at)
        {
            return at >= 0 && at < text.Count && text[at] > 127 && !IsJoiner(text[at]);
        }

        static bool IsJoiner(int character)
        {
            return character == 0x200c || character == 0x200d;
        }

        static bool InOneOf(int[] ranges, int character)
        {
            for (var at = 0; at < ranges.Length; at += 2)
                if (In(character, ranges[at], ranges[at + 1])) return true;
            return false;
        }

        static readonly int[] Spaces =
        {
            0x9, 0xd, 0x20, 0x20, 0x85, 0x85, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029,
            0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000,
        };

        // Controls, marks of direction, fillers and everything else that shows nothing: first and last.
        static readonly int[] Unseen =
        {
            0x0, 0x1f, 0x7f, 0x9f, 0xad, 0xad, 0x34f, 0x34f, 0x61c, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5,
            0x180b, 0x180f, 0x200b, 0x200f, 0x2028, 0x202e, 0x2060, 0x206f, 0x2800, 0x2800, 0x3164, 0x3164,
            0xfe00, 0xfe0f, 0xfeff, 0xfeff, 0xffa0, 0xffa0, 0xfff0, 0xfffb, 0x1bca0, 0x1bca3,
            0x1d173, 0x1d17a, 0xe0000, 0xe0fff,
        };

        static bool In(int character, int first, int last)
        {
            return character >= first && character <= last;
        }

        static InvalidInputException Bad(string field, string fault)
        {
            return new InvalidInputException($"the {field} {fault}");
        }
    }
}
