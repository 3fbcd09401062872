<?php

declare(strict_types=1);

namespace Countersign;

/** @internal The published keys of a server: fetched, believed for a while, shared through a file. */
final class KeySet
{
    // Seconds.
    private const FRESH = 300; // then they are fetched again, as the server's max-age says
    private const STALE = 3600; // so long they are believed while the server cannot be reached
    private const RETRY = 10; // between two fetches, whatever unknown kid comes
    private const TIMEOUT = 5;

    private const LONGEST_SET = 65_536;

    /** @var array{jwks: string, fetched: int, tried: int, fault: ?string} */
    private array $state = ['jwks' => '', 'fetched' => 0, 'tried' => 0, 'fault' => null];

    /** @var array<string, PublicKey> */
    private array $keys = [];

    public function __construct(private readonly string $url, private readonly ?string $file)
    {
    }

    /** The key that is called `$kid`; fetches the keys if they are old or `$kid` is unknown. */
    public function find(string $kid): PublicKey
    {
        $this->load();
        $key = $this->known($kid, self::FRESH);
        if ($key === null) {
            $this->alone(function () use ($kid): void {
                if ($this->known($kid, self::FRESH) === null && time() - $this->state['tried'] >= self::RETRY) {
                    $this->refresh();
                }
            });
            $key = $this->known($kid, self::STALE);
        }
        if ($key !== null) {
            return $key;
        }
        if ($this->state['fault'] !== null) {
            throw new KeysUnavailable("the server's keys cannot be had from {$this->url}: {$this->state['fault']}");
        }
        throw new Refused('unknown_key', 'kid is no key of this server');
    }

    private function known(string $kid, int $age): ?PublicKey
    {
        return time() - $this->state['fetched'] < $age ? $this->keys[$kid] ?? null : null;
    }

    private function refresh(): void
    {
        $this->state['tried'] = time();
        try {
            $jwks = self::download($this->url);
            $this->keys = self::read($jwks);
            $this->state = ['jwks' => $jwks, 'fetched' => time(), 'fault' => null] + $this->state;
        } catch (\JsonException | \UnexpectedValueException $fault) {
            $this->state['fault'] = $fault->getMessage();
        }
    }

    /** Takes over what another process wrote; what cannot be read is fetched again. */
    private function load(): void
    {
        $text = $this->file !== null && is_file($this->file) ? file_get_contents($this->file) : '';
        $found = json_decode((string) $text, true);
        if (!is_string($found['jwks'] ?? null) || !is_int($found['fetched'] ?? null) || !is_int($found['tried'] ?? null)) {
            return;
        }
        try {
            if ($found['jwks'] !== $this->state['jwks']) {
                $this->keys = self::read($found['jwks']);
            }
        } catch (\JsonException | \UnexpectedValueException) {
            return;
        }
        // A clock that was put back must not make keys young for ever.
        $this->state = ['fetched' => min($found['fetched'], time()), 'tried' => min($found['tried'], time())] + $found + $this->state;
    }

    /** Does something while no other process does it, and writes the state for them. */
    private function alone(\Closure $work): void
    {
        if ($this->file === null) {
            $work();

            return;
        }
        $handle = @fopen($this->file, 'c');
        if ($handle === false || !flock($handle, LOCK_EX)) {
            throw new KeysUnavailable("the file {$this->file} cannot be written");
        }
        try {
            $this->load();
            $work();
            ftruncate($handle, 0);
            fwrite($handle, json_encode($this->state, JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE));
        } finally {
            fclose($handle);
        }
    }

    /** Follows no redirect: keys come from the server that was named, or not at all. */
    private static function download(string $url): string
    {
        $ends = microtime(true) + self::TIMEOUT;
        $options = ['follow_location' => 0, 'timeout' => self::TIMEOUT, 'ignore_errors' => true];
        $stream = @fopen($url, 'r', false, stream_context_create(['http' => $options]));
        if ($stream === false) {
            throw new \UnexpectedValueException(error_get_last()['message'] ?? 'it cannot be reached');
        }
        try {
            $status = explode(' ', stream_get_meta_data($stream)['wrapper_data'][0] ?? '')[1] ?? 'nothing';
            if ($status !== '200') {
                throw new \UnexpectedValueException("it answered $status");
            }
            $found = '';
            while (!feof($stream)) {
                $found .= fread($stream, 8192);
                if (strlen($found) > self::LONGEST_SET) {
                    throw new \UnexpectedValueException('it answered more than ' . self::LONGEST_SET . ' bytes');
                }
                if (microtime(true) > $ends || stream_get_meta_data($stream)['timed_out']) {
                    throw new \UnexpectedValueException('it took more than ' . self::TIMEOUT . ' s');
                }
            }

            return $found;
        } finally {
            fclose($stream);
        }
    }

    /**
     * Reads a JWK Set. Keys of kinds that this library does not know are passed over.
     *
     * @return array<string, PublicKey>
     */
    private static function read(string $jwks): array
    {
        $set = json_decode($jwks, true, 16, JSON_THROW_ON_ERROR);
        $listed = is_array($set) ? $set['keys'] ?? null : null;
        if (!is_array($listed) || !array_is_list($listed)) {
            throw new \UnexpectedValueException('it answered no JWK Set');
        }
        $keys = [];
        foreach ($listed as $jwk) {
            $kid = is_array($jwk) ? $jwk['kid'] ?? null : null;
            $key = is_string($kid) && $kid !== '' ? PublicKey::fromJwk($jwk) : null;
            if ($key === null) {
                continue;
            }
            if (isset($keys[$kid])) {
                throw new \UnexpectedValueException('two keys are called ' . json_encode($kid));
            }
            $keys[$kid] = $key;
        }
        if ($keys === []) {
            throw new \UnexpectedValueException('it has no key of RS256, ES256 or Ed25519');
        }

        return $keys;
    }
}
