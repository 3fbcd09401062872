using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;

namespace Countersign.Tests
{
    /// <summary>Runs every test, a line each; .NET's own runner is not part of .NET.</summary>
    static class Program
    {
        static int Main()
        {
            var tests = VectorTests.All().Concat(SignerTests.All()).Concat(VerifierTests.All()).Concat(SessionTests.All());
            var failed = 0;
            foreach (var test in tests)
            {
                try
                {
                    test.Run().GetAwaiter().GetResult();
                    Console.WriteLine("ok " + test.Name);
                }
                catch (Exception error)
                {
                    failed++;
                    Console.WriteLine("not ok " + test.Name + ": " + error);
                }
            }
            return failed == 0 ? 0 : 1;
        }
    }

    sealed class Test
    {
        internal string Name;
        internal Func<Task> Run;

        internal static Test Of(string name, Action run)
        {
            return Of(name, () =>
            {
                run();
                return Task.CompletedTask;
            });
        }

        internal static Test Of(string name, Func<Task> run)
        {
            return new Test { Name = name, Run = run };
        }
    }

    static class Assert
    {
        internal static void True(bool holds, string what)
        {
            if (!holds) throw new Exception(what);
        }

        internal static void Equal(object expected, object found)
        {
            True(Equals(expected, found), $"{found ?? "null"}, not {expected ?? "null"}");
        }

        internal static T Throws<T>(Action run, string what = "") where T : Exception
        {
            try
            {
                run();
            }
            catch (T error)
            {
                return error;
            }
            throw new Exception($"no {typeof(T).Name} {what}");
        }

        /// <summary>accepted, the code of the refusal, or unavailable.</summary>
        internal static async Task<string> Verdict(Verifier verifier, string token)
        {
            try
            {
                await verifier.VerifyAsync(token);
                return "accepted";
            }
            catch (RefusedException refused)
            {
                return refused.Code;
            }
            catch (KeysUnavailableException)
            {
                return "unavailable";
            }
        }
    }
}
