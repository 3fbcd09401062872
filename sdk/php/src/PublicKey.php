<?php

declare(strict_types=1);

namespace Countersign;

/** @internal A public key with its one algorithm, whatever a token says. */
final class PublicKey
{
    /** The SubjectPublicKeyInfo of a P-256 point, up to and without the 64 bytes of x and y. */
    private const P256 = '3059301306072a8648ce3d020106082a8648ce3d03010703420004';

    private function __construct(
        private readonly string $algorithm,
        private readonly \OpenSSLAsymmetricKey|string $key,
    ) {
    }

    /**
     * Reads a key as RFC 7517 writes it; null for another kind, a misspelt one, RSA below 2048 bits.
     *
     * @param array<string, mixed> $jwk
     */
    public static function fromJwk(array $jwk): ?self
    {
        $key = match (true) {
            ($jwk['kty'] ?? null) === 'RSA' => self::rsa(self::bytes($jwk, 'n'), self::bytes($jwk, 'e')),
            ($jwk['kty'] ?? null) === 'EC' && ($jwk['crv'] ?? null) === 'P-256' => self::p256(self::bytes($jwk, 'x'), self::bytes($jwk, 'y')),
            ($jwk['kty'] ?? null) === 'OKP' && ($jwk['crv'] ?? null) === 'Ed25519' => self::ed25519(self::bytes($jwk, 'x')),
            default => null,
        };
        $signs = ($jwk['use'] ?? 'sig') === 'sig' && $key !== null;

        return $signs && $key->answersTo($jwk['alg'] ?? $key->algorithm) ? $key : null;
    }

    /** Whether `$name` is its algorithm; EdDSA is the older name of Ed25519. */
    public function answersTo(mixed $name): bool
    {
        return $name === $this->algorithm || ($this->algorithm === 'Ed25519' && $name === 'EdDSA');
    }

    public function verifies(string $message, string $signature): bool
    {
        return match ($this->algorithm) {
            'Ed25519' => strlen($signature) === 64 && sodium_crypto_sign_verify_detached($signature, $message, $this->key),
            'ES256' => strlen($signature) === 64 && $this->openssl($message, EcdsaSignature::toDer($signature)),
            'RS256' => $signature !== '' && $this->openssl($message, $signature),
        };
    }

    private function openssl(string $message, string $signature): bool
    {
        $fits = openssl_verify($message, $signature, $this->key, OPENSSL_ALGO_SHA256) === 1;
        while (openssl_error_string() !== false); // what OpenSSL noted is not left to others

        return $fits;
    }

    private static function rsa(string $n, string $e): ?self
    {
        if (strlen($n) < 256 || strlen($n) > 1024 || ord($n[0]) === 0 || strlen($e) > 4 || hexdec(bin2hex($e)) < 2) {
            return null;
        }
        $numbers = self::der("\x30", self::der("\x02", "\0$n") . self::der("\x02", "\0$e"));
        $kind = hex2bin('300d06092a864886f70d0101010500');

        return self::spki('RS256', self::der("\x30", $kind . self::der("\x03", "\0$numbers")));
    }

    private static function p256(string $x, string $y): ?self
    {
        return strlen($x) === 32 && strlen($y) === 32 ? self::spki('ES256', hex2bin(self::P256) . $x . $y) : null;
    }

    private static function ed25519(string $x): ?self
    {
        return strlen($x) === SODIUM_CRYPTO_SIGN_PUBLICKEYBYTES ? new self('Ed25519', $x) : null;
    }

    private static function spki(string $algorithm, string $der): ?self
    {
        $key = openssl_pkey_get_public("-----BEGIN PUBLIC KEY-----\n" . chunk_split(base64_encode($der), 64, "\n") . "-----END PUBLIC KEY-----\n");
        while (openssl_error_string() !== false);

        return $key === false ? null : new self($algorithm, $key);
    }

    private static function der(string $tag, string $content): string
    {
        $length = strlen($content);

        return $tag . ($length < 128 ? chr($length) : "\x82" . pack('n', $length)) . $content;
    }

    /** @param array<string, mixed> $jwk */
    private static function bytes(array $jwk, string $name): string
    {
        $text = $jwk[$name] ?? null;

        return is_string($text) ? Base64Url::read($text) ?? '' : '';
    }
}
