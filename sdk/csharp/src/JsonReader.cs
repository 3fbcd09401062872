using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Countersign
{
    /// <summary>
    /// Reads JSON strictly (RFC 8259): UTF-8, no name twice in an object, nothing after the value.
    /// Objects become dictionaries, lists become lists, whole numbers become <see cref="long"/>.
    /// </summary>
    sealed class JsonReader
    {
        /// <summary>A number that is not whole or does not fit; no claim of ours is one.</summary>
        sealed class OtherNumber { }

        const int Deepest = 32;
        static readonly Encoding Utf8 = new UTF8Encoding(false, true);

        readonly string text;
        int at;

        JsonReader(string text)
        {
            this.text = text;
        }

        /// <summary>The object, or null if the bytes are none.</summary>
        internal static Dictionary<string, object> Object(byte[] bytes)
        {
            try
            {
                var reader = new JsonReader(Utf8.GetString(bytes));
                var value = reader.Value(0);
                reader.Spaces();
                return reader.at == reader.text.Length ? value as Dictionary<string, object> : null;
            }
            catch (FormatException)
            {
                return null;
            }
            catch (ArgumentException) // not UTF-8
            {
                return null;
            }
        }

        object Value(int depth)
        {
            if (depth > Deepest) throw new FormatException();
            Spaces();
            switch (Peek())
            {
                case '{': return Members(depth);
                case '[': return Items(depth);
                case '"': return Text();
                case 't': return Word("true", true);
                case 'f': return Word("false", false);
                case 'n': return Word("null", null);
                default: return Number();
            }
        }

        Dictionary<string, object> Members(int depth)
        {
            var members = new Dictionary<string, object>(StringComparer.Ordinal);
            at++;
            if (Ends('}')) return members;
            do
            {
                Spaces();
                var name = Text();
                if (members.ContainsKey(name)) throw new FormatException();
                Spaces();
                Expect(':');
                members[name] = Value(depth + 1);
            } while (Continues('}'));
            return members;
        }

        List<object> Items(int depth)
        {
            var items = new List<object>();
            at++;
            if (Ends(']')) return items;
            do items.Add(Value(depth + 1)); while (Continues(']'));
            return items;
        }

        string Text()
        {
            Expect('"');
            var words = new StringBuilder();
            for (var next = Next(); next != '"'; next = Next())
            {
                if (next < ' ') throw new FormatException();
                words.Append(next == '\\' ? Escaped() : next);
            }
            return words.ToString();
        }

        char Escaped()
        {
            var kind = Next();
            if (kind == 'u')
            {
                at += 4;
                if (at > text.Length) throw new FormatException();
                return (char)ushort.Parse(text.Substring(at - 4, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            }
            var place = "\"\\/bfnrt".IndexOf(kind);
            if (place < 0) throw new FormatException();
            return "\"\\/\b\f\n\r\t"[place];
        }

        object Number()
        {
            var start = at;
            if (Peek() == '-') at++;
            if (Peek() == '0') at++;
            else Digits();
            var whole = true;
            if (Peek() == '.')
            {
                whole = false;
                at++;
                Digits();
            }
            if (Peek() == 'e' || Peek() == 'E')
            {
                whole = false;
                at++;
                if (Peek() == '+' || Peek() == '-') at++;
                Digits();
            }
            var digits = text.Substring(start, at - start);
            if (whole && long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return number;
            return new OtherNumber();
        }

        void Digits()
        {
            var start = at;
            while (Peek() >= '0' && Peek() <= '9') at++;
            if (at == start) throw new FormatException();
        }

        object Word(string word, object value)
        {
            foreach (var letter in word) Expect(letter);
            return value;
        }

        bool Ends(char closing)
        {
            Spaces();
            if (Peek() != closing) return false;
            at++;
            return true;
        }

        bool Continues(char closing)
        {
            if (Ends(closing)) return false;
            Expect(',');
            return true;
        }

        void Spaces()
        {
            while (Peek() == ' ' || Peek() == '\t' || Peek() == '\n' || Peek() == '\r') at++;
        }

        void Expect(char character)
        {
            if (Next() != character) throw new FormatException();
        }

        char Next()
        {
            if (at == text.Length) throw new FormatException();
            return text[at++];
        }

        // 0 at the end, which no value begins with.
        char Peek()
        {
            return at < text.Length ? text[at] : '\0';
        }
    }
}
