<?php

declare(strict_types=1);

namespace Countersign;

use PHPUnit\Framework\TestCase;

/** What every library of sdk/ must agree with. */
final class VectorsTest extends TestCase
{
    private static Verifier $verifier;
    private static string $folder;

    /** The verifier finds the keys in its file, as if another process had fetched them. */
    public static function setUpBeforeClass(): void
    {
        $vectors = Calls::vectors();
        Clock::$now = $vectors['now'];
        self::$folder = sys_get_temp_dir() . '/countersign-php-' . bin2hex(random_bytes(8));
        mkdir(self::$folder, 0700);
        $jwks = json_encode($vectors['access']['jwks']);
        $state = ['jwks' => $jwks, 'fetched' => Clock::$now, 'tried' => Clock::$now, 'fault' => null];
        file_put_contents(self::$folder . '/keys.json', json_encode($state));
        self::$verifier = new Verifier($vectors['access']['server'], self::$folder . '/keys.json');
    }

    public static function tearDownAfterClass(): void
    {
        Clock::$now = null;
        unlink(self::$folder . '/keys.json');
        rmdir(self::$folder);
    }

    /** @dataProvider digests */
    public function testDigest(array $vector): void
    {
        self::assertSame($vector['answer'], Calls::call($vector));
    }

    /** @dataProvider tokens */
    public function testToken(array $vector): void
    {
        $token = Calls::call($vector);
        [$header, $claims, $signature] = explode('.', $token);
        self::assertEquals($vector['header'], self::decoded($header));
        self::assertEquals($vector['claims'], self::decoded($claims));
        self::assertTrue(self::fits($vector, "$header.$claims", base64_decode(strtr($signature, '-_', '+/'))));
    }

    /** @dataProvider unsigned */
    public function testUnsigned(array $vector): void
    {
        try {
            Calls::call($vector);
        } catch (InvalidInput $fault) {
            self::assertStringContainsString($vector['error'], $fault->getMessage());
            if (($vector['secret'] ?? '') !== '') {
                self::assertStringNotContainsString($vector['secret'], (string) $fault);
            }

            return;
        }
        self::fail('it was signed');
    }

    /** @dataProvider accepted */
    public function testAccepted(array $vector): void
    {
        $found = get_object_vars(self::$verifier->verify($vector['token']));
        $times = ['issued' => $found['issued']->getTimestamp(), 'expires' => $found['expires']->getTimestamp()];
        self::assertEquals($vector['claims'], $times + $found);
    }

    /** @dataProvider refused */
    public function testRefused(array $vector): void
    {
        try {
            self::$verifier->verify($vector['token']);
        } catch (Refused $refused) {
            self::assertSame($vector['code'], $refused->reason);

            return;
        }
        self::fail('it was accepted');
    }

    public static function digests(): array
    {
        return self::named(Calls::vectors()['digests']);
    }

    public static function tokens(): array
    {
        return self::named(Calls::vectors()['tokens']);
    }

    public static function unsigned(): array
    {
        return self::named(Calls::vectors()['unsigned']);
    }

    public static function accepted(): array
    {
        return self::named(Calls::vectors()['access']['accepted']);
    }

    public static function refused(): array
    {
        return self::named(Calls::vectors()['access']['refused']);
    }

    private static function named(array $vectors): array
    {
        $names = array_map(static fn (array $vector): string => ($vector['call'] ?? $vector['code'] ?? '') . ': ' . $vector['name'], $vectors);

        return array_combine($names, array_map(static fn (array $vector): array => [$vector], $vectors));
    }

    private static function fits(array $vector, string $message, string $signature): bool
    {
        if (isset($vector['secret'])) {
            return hash_equals(hash_hmac('sha256', $message, $vector['secret'], true), $signature);
        }
        $pem = Calls::vectors()['keys'][$vector['private_key']]['public'];
        if ($vector['header']['alg'] === 'EdDSA') {
            $der = base64_decode(preg_replace('/-----.*?-----/', '', $pem));

            return sodium_crypto_sign_verify_detached($signature, $message, substr($der, -32));
        }

        return strlen($signature) === 64 && openssl_verify($message, EcdsaSignature::toDer($signature), $pem, OPENSSL_ALGO_SHA256) === 1;
    }

    private static function decoded(string $segment): array
    {
        return json_decode(base64_decode(strtr($segment, '-_', '+/')), true, flags: JSON_THROW_ON_ERROR);
    }
}
