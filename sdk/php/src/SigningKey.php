<?php

declare(strict_types=1);

namespace Countersign;

/** @internal What tokens are signed with: a shared secret, or a private key. Shows nothing of itself. */
final class SigningKey
{
    /** PKCS #8 of an Ed25519 key up to its 32 bytes, without and with the public half behind them. */
    private const ED25519 = ['302e020100300506032b657004220420', '3051020101300506032b657004220420'];

    private function __construct(
        public readonly string $algorithm,
        private readonly \SensitiveParameterValue $key,
    ) {
    }

    public static function secret(#[\SensitiveParameter] string $secret): self
    {
        return new self('HS256', new \SensitiveParameterValue($secret));
    }

    /** Reads a private key of Ed25519 or P-256 in PEM. */
    public static function pem(#[\SensitiveParameter] string $pem): self
    {
        $seed = self::ed25519Seed($pem);
        if ($seed !== null) {
            $secret = sodium_crypto_sign_secretkey(sodium_crypto_sign_seed_keypair($seed));

            return new self('EdDSA', new \SensitiveParameterValue($secret));
        }
        $key = str_contains($pem, '-----BEGIN') ? openssl_pkey_get_private($pem, '') : false;
        while (openssl_error_string() !== false); // what OpenSSL noted is not left to others
        if ($key === false) {
            throw new InvalidInput('the private key cannot be read: give its PEM, unencrypted');
        }
        if ((openssl_pkey_get_details($key)['ec']['curve_name'] ?? null) !== 'prime256v1') {
            throw new InvalidInput('the private key must be of Ed25519 or P-256');
        }

        return new self('ES256', new \SensitiveParameterValue($key));
    }

    /**
     * A signed token; claims that are null stay out.
     *
     * @param array<string, mixed> $claims
     */
    public function token(array $claims, ?string $kid = null): string
    {
        $header = self::present(['alg' => $this->algorithm, 'typ' => 'JWT', 'kid' => $kid]);
        $signed = self::part($header) . '.' . self::part(self::present($claims));

        return $signed . '.' . Base64Url::write($this->signature($signed));
    }

    /**
     * `iat` and `exp`.
     *
     * @return array{iat: int, exp: int}
     */
    public static function times(int $lifetime = 600): array
    {
        $now = time();

        return ['iat' => $now, 'exp' => $now + $lifetime];
    }

    private function signature(string $message): string
    {
        $key = $this->key->getValue();

        return match ($this->algorithm) {
            'HS256' => hash_hmac('sha256', $message, $key, true),
            'EdDSA' => sodium_crypto_sign_detached($message, $key),
            'ES256' => self::es256($message, $key),
        };
    }

    private static function es256(string $message, #[\SensitiveParameter] \OpenSSLAsymmetricKey $key): string
    {
        if (!openssl_sign($message, $signature, $key, OPENSSL_ALGO_SHA256)) {
            throw new \RuntimeException('OpenSSL cannot sign with this key');
        }

        return EcdsaSignature::fromDer($signature);
    }

    private static function ed25519Seed(#[\SensitiveParameter] string $pem): ?string
    {
        if (preg_match('/^\s*-----BEGIN PRIVATE KEY-----(.+)-----END PRIVATE KEY-----\s*$/s', $pem, $found) !== 1) {
            return null;
        }
        $der = base64_decode($found[1], true) ?: '';

        return in_array(bin2hex(substr($der, 0, 16)), self::ED25519, true) && strlen($der) >= 48 ? substr($der, 16, 32) : null;
    }

    /** @param array<string, mixed> $json */
    private static function part(array $json): string
    {
        return Base64Url::write(json_encode($json, JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE));
    }

    /**
     * @param array<string, mixed> $claims
     * @return array<string, mixed>
     */
    private static function present(array $claims): array
    {
        return array_filter($claims, static fn (mixed $claim): bool => $claim !== null);
    }
}
