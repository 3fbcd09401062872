<?php

declare(strict_types=1);

namespace Countersign;

/**
 * Verifies the access tokens of one Countersign server, with its published keys.
 *
 * It does not learn of revocation: a session that was ended stays believable until its token
 * expires, at most ten minutes. Ask the server where that is too long.
 */
final class Verifier
{
    /** Seconds that the server's clock may be ahead. */
    private const SKEW = 60;

    /** Characters that a token has at most. */
    private const LONGEST = 8192;

    private readonly string $issuer;
    private readonly string $audience;
    private readonly KeySet $keys;

    /**
     * @param string $server the server's public URL (`serve --public-url`). The keys are fetched when
     *     the first token comes
     * @param ?string $keysFile a file that the processes of your application share the keys by, in a
     *     folder that nobody else can write to. Without it each process fetches them, under PHP-FPM
     *     each request
     */
    public function __construct(string $server, ?string $keysFile = null)
    {
        $this->issuer = self::issuer($server);
        $this->audience = "{$this->issuer}/widget/v1";
        if ($keysFile !== null) {
            self::checkFolder(dirname($keysFile));
        }
        $this->keys = new KeySet("{$this->issuer}/.well-known/jwks.json", $keysFile);
    }

    /**
     * The claims of a token.
     *
     * @throws Refused if it is none for you
     * @throws KeysUnavailable if the server's keys cannot be had
     */
    public function verify(string $token): Claims
    {
        [$algorithm, $kid, $body, $signature] = self::split($token);
        $key = $this->keys->find($kid);
        if (!$key->answersTo($algorithm)) {
            throw new Refused('algorithm', 'alg is not that of the key');
        }
        if (!$key->verifies(substr($token, 0, strrpos($token, '.')), $signature)) {
            throw new Refused('signature', 'the signature does not fit');
        }
        $claims = self::object($body);
        if ($claims === null) {
            throw new Refused('claims', 'the claims are no JSON object');
        }

        return $this->read($claims);
    }

    /** @param array<string, mixed> $claims */
    private function read(array $claims): Claims
    {
        if (($claims['iss'] ?? null) !== $this->issuer) {
            throw new Refused('issuer', "iss is not {$this->issuer}");
        }
        if (($claims['aud'] ?? null) !== $this->audience) {
            throw new Refused('audience', "aud is not {$this->audience}");
        }
        [$issued, $expires] = [self::time($claims, 'iat'), self::time($claims, 'exp')];
        $read = new Claims(
            contact: self::text($claims, 'sub'),
            session: self::text($claims, 'sid'),
            tenant: self::text($claims, 'ws'),
            id: self::text($claims, 'jti'),
            issued: new \DateTimeImmutable("@$issued"),
            expires: new \DateTimeImmutable("@$expires"),
            jkt: self::boundKey($claims),
        );
        $now = time();
        if ($expires <= $now) {
            throw new Refused('expired', 'it expired ' . $now - $expires . ' s ago');
        }
        if ($issued > $now + self::SKEW) {
            throw new Refused('issued_ahead', 'iat lies ' . $issued - $now . " s ahead; is this machine's clock right?");
        }

        return $read;
    }

    /**
     * Reads the outer form strictly: three segments, and a header of alg, kid and typ.
     *
     * @return array{string, string, string, string}
     */
    private static function split(string $token): array
    {
        $segments = strlen($token) <= self::LONGEST ? explode('.', $token) : [];
        $decoded = array_map(Base64Url::read(...), $segments);
        if (count($segments) !== 3 || in_array(null, $decoded, true)) {
            throw new Refused('malformed', 'it is no token of three segments in base64url');
        }
        [$header, $body, $signature] = [self::object($decoded[0]) ?? [], $decoded[1], $decoded[2]];
        ksort($header);
        if (array_keys($header) !== ['alg', 'kid', 'typ'] || array_filter($header, is_string(...)) !== $header) {
            throw new Refused('malformed', 'the header is not alg, kid and typ');
        }
        if ($header['typ'] !== 'at+jwt') {
            throw new Refused('kind', 'typ is not at+jwt');
        }

        return [$header['alg'], $header['kid'], $body, $signature];
    }

    /** @return ?array<string, mixed> */
    private static function object(string $json): ?array
    {
        $found = json_decode($json);

        return $found instanceof \stdClass ? get_object_vars($found) : null;
    }

    /** @param array<string, mixed> $claims */
    private static function text(array $claims, string $name): string
    {
        $text = $claims[$name] ?? null;

        return is_string($text) && $text !== '' ? $text : throw new Refused('claims', "$name is missing or of another type");
    }

    /** @param array<string, mixed> $claims */
    private static function time(array $claims, string $name): int
    {
        $seconds = $claims[$name] ?? null;

        return is_int($seconds) && $seconds > 0 ? $seconds : throw new Refused('claims', "$name is missing or of another type");
    }

    /** @param array<string, mixed> $claims */
    private static function boundKey(array $claims): ?string
    {
        if (!array_key_exists('cnf', $claims)) {
            return null;
        }
        if (!$claims['cnf'] instanceof \stdClass) {
            throw new Refused('claims', 'cnf is of another type');
        }

        return self::text(get_object_vars($claims['cnf']), 'jkt');
    }

    /** The public URL in the form that tokens have as `iss`. */
    private static function issuer(string $server): string
    {
        if (preg_match('~^(https?)://(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?/?$~Di', $server, $found) !== 1) {
            throw new InvalidInput('the server must be scheme, host and port, and nothing else');
        }
        [$scheme, $host, $port] = [strtolower($found[1]), strtolower($found[2]), $found[3] ?? ''];
        if ($scheme === 'http' && !self::isLoopback($host)) {
            throw new InvalidInput("$server must begin with https://, or be on this machine");
        }
        $usual = $port === '' || (int) $port === ($scheme === 'https' ? 443 : 80);

        return "$scheme://$host" . ($usual ? '' : ":$port");
    }

    private static function isLoopback(string $host): bool
    {
        return $host === 'localhost' || str_ends_with($host, '.localhost') || $host === '[::1]'
            || (str_starts_with($host, '127.') && filter_var($host, FILTER_VALIDATE_IP) !== false);
    }

    private static function checkFolder(string $folder): void
    {
        if (!is_dir($folder) || (fileperms($folder) & 0o002) !== 0) {
            throw new InvalidInput("the folder $folder must exist, and not everybody may write to it: who can write the keys can forge tokens");
        }
    }
}
