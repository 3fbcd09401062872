using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Countersign
{
    /// <summary>An object on its way into a token, in the order of writing; what is null stays out.</summary>
    sealed class Members : List<KeyValuePair<string, object>>
    {
        internal void Add(string name, object value)
        {
            if (value != null) Add(new KeyValuePair<string, object>(name, value));
        }
    }

    /// <summary>Writes the JSON of a token: objects, texts and whole numbers.</summary>
    static class Json
    {
        internal static byte[] Write(Members members)
        {
            var text = new StringBuilder();
            WriteObject(text, members);
            return Encoding.UTF8.GetBytes(text.ToString());
        }

        static void WriteObject(StringBuilder text, Members members)
        {
            var before = '{';
            foreach (var member in members)
            {
                text.Append(before);
                before = ',';
                WriteText(text, member.Key);
                text.Append(':');
                WriteValue(text, member.Value);
            }
            text.Append('}');
        }

        static void WriteValue(StringBuilder text, object value)
        {
            if (value is string words) WriteText(text, words);
            else if (value is long number) text.Append(number.ToString(CultureInfo.InvariantCulture));
            else WriteObject(text, (Members)value);
        }

        // Values have no control characters: they were checked.
        static void WriteText(StringBuilder text, string words)
        {
            text.Append('"').Append(words.Replace("\\", "\\\\").Replace("\"", "\\\"")).Append('"');
        }
    }
}
