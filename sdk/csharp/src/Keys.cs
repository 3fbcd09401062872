using System;
using System.Collections.Generic;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;

namespace Countersign
{
    /// <summary>The published keys of a server. One fetch serves everybody who waits for it.</summary>
    sealed class Keys
    {
        static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5); // then they are fetched again, as the server's max-age says
        static readonly TimeSpan Stale = TimeSpan.FromHours(1); // so long they are believed while the server cannot be reached
        static readonly TimeSpan Retry = TimeSpan.FromSeconds(10); // between two fetches, whatever unknown kid comes

        // Follows no redirect: keys come from the server that was named, or not at all.
        static readonly HttpClient Client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
        {
            Timeout = TimeSpan.FromSeconds(5),
            MaxResponseContentBufferSize = 65536,
        };

        readonly Func<DateTimeOffset> now;
        readonly SemaphoreSlim turn = new SemaphoreSlim(1);
        internal string Url;
        volatile Found found = new Found(new Dictionary<string, PublicKey>(), DateTimeOffset.MinValue);
        DateTimeOffset tried = DateTimeOffset.MinValue;
        Exception fault;

        internal Keys(string url, Func<DateTimeOffset> now)
        {
            Url = url;
            this.now = now;
        }

        /// <summary>The key that is called kid. Fetches the keys if they are old or kid is unknown.</summary>
        internal async Task<PublicKey> FindAsync(string kid, CancellationToken cancellation)
        {
            var known = found.Younger(Fresh, now(), kid);
            if (known != null) return known;
            await turn.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                if (found.Younger(Fresh, now(), kid) == null && now() - tried >= Retry) await RefreshAsync().ConfigureAwait(false);
                return found.Younger(Stale, now(), kid) ?? throw Missing();
            }
            finally
            {
                turn.Release();
            }
        }

        Exception Missing()
        {
            if (fault == null) return new RefusedException("unknown_key", "kid is no key of this server");
            return new KeysUnavailableException($"the server's keys cannot be had from {Url}: {fault.Message}", fault);
        }

        async Task RefreshAsync()
        {
            tried = now();
            try
            {
                found = new Found(Jwks.Read(await FetchAsync().ConfigureAwait(false)), now());
                fault = null;
            }
            catch (Exception error) when (
                error is HttpRequestException || error is OperationCanceledException || error is KeysUnavailableException)
            {
                fault = error;
            }
        }

        // Whoever waits may give up; the fetch serves the others, too.
        async Task<byte[]> FetchAsync()
        {
            using (var response = await Client.GetAsync(Url).ConfigureAwait(false))
            {
                if (!response.IsSuccessStatusCode) throw new KeysUnavailableException($"it answered {(int)response.StatusCode}");
                return await response.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
            }
        }

        /// <summary>A set of keys, which is replaced as a whole and never changed.</summary>
        sealed class Found
        {
            readonly Dictionary<string, PublicKey> keys;
            readonly DateTimeOffset at;

            internal Found(Dictionary<string, PublicKey> keys, DateTimeOffset at)
            {
                this.keys = keys;
                this.at = at;
            }

            internal PublicKey Younger(TimeSpan age, DateTimeOffset now, string kid)
            {
                return now - at < age && keys.TryGetValue(kid, out var key) ? key : null;
            }
        }
    }
}
