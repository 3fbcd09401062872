<?php

declare(strict_types=1);

namespace Countersign;

use PHPUnit\Framework\TestCase;

/** The verifier at a server whose keys, clock and answers a test can change. */
final class VerifierTest extends TestCase
{
    private static Issuer $issuer;
    private static array $keys;

    public static function setUpBeforeClass(): void
    {
        self::$issuer = new Issuer();
        self::$keys = ['one' => sodium_crypto_sign_keypair(), 'two' => sodium_crypto_sign_keypair()];
    }

    public static function tearDownAfterClass(): void
    {
        self::$issuer->stop();
    }

    protected function setUp(): void
    {
        Clock::$now = 1_800_000_000;
        self::$issuer->answer(200, self::jwks('one'));
        self::$issuer->fetches();
    }

    protected function tearDown(): void
    {
        Clock::$now = null;
    }

    public function testKeysAreFetchedAgainWhenTheyAreOldOrANameIsUnknown(): void
    {
        foreach ([null, self::$issuer->folder . '/keys.json'] as $file) {
            self::$issuer->answer(200, self::jwks('one'));
            $verifier = new Verifier(self::$issuer->url, $file);
            self::assertSame(['accepted', 1], self::verdict($verifier, 'one'));
            self::$issuer->answer(200, self::jwks('one', 'two'));
            self::assertSame(['unknown_key', 0], self::verdict($verifier, 'two'), 'a flood of unknown names costs nothing');
            Clock::$now += 10;
            self::assertSame(['accepted', 1], self::verdict($verifier, 'two'));
            self::$issuer->answer(200, self::jwks('two'));
            self::assertSame(['accepted', 0], self::verdict($verifier, 'one'));
            Clock::$now += 300;
            self::assertSame(['unknown_key', 1], self::verdict($verifier, 'one'), 'a withdrawn key is forgotten');
        }
    }

    public function testAnOutageIsSurvivedForAnHour(): void
    {
        $verifier = new Verifier(self::$issuer->url);
        self::assertSame(['accepted', 1], self::verdict($verifier, 'one'));
        self::$issuer->answer(503);
        Clock::$now += 300;
        self::assertSame(['accepted', 1], self::verdict($verifier, 'one'));
        self::assertSame(['unavailable', 0], self::verdict($verifier, 'two'), 'what may be a new key is not refused');
        Clock::$now += 3300;
        self::assertSame(['unavailable', 1], self::verdict($verifier, 'one'));
        self::$issuer->answer(200, self::jwks('one'));
        self::assertSame(['unavailable', 0], self::verdict($verifier, 'one'), 'a server that is down is not asked for each token');
        Clock::$now += 10;
        self::assertSame(['accepted', 1], self::verdict($verifier, 'one'));
    }

    public function testProcessesShareTheKeysByAFile(): void
    {
        $file = self::$issuer->folder . '/shared.json';
        self::assertSame(['accepted', 1], self::verdict(new Verifier(self::$issuer->url, $file), 'one'));
        self::assertSame(['accepted', 0], self::verdict(new Verifier(self::$issuer->url, $file), 'one'));
        self::assertSame(['unknown_key', 0], self::verdict(new Verifier(self::$issuer->url, $file), 'two'));
        foreach (['', '{', 'null', '[]', '{"jwks":7}', '{"jwks":"{","fetched":1,"tried":1,"fault":null}', str_repeat('[', 5_000)] as $odd) {
            file_put_contents($file, $odd);
            self::assertSame(['accepted', 1], self::verdict(new Verifier(self::$issuer->url, $file), 'one'), $odd);
        }
    }

    public function testManyProcessesShareOneFetch(): void
    {
        $code = 'namespace Countersign; require $argv[1]; echo (new Verifier($argv[2], $argv[3]))->verify($argv[4])->contact;';
        Clock::$now = null;
        $arguments = [__DIR__ . '/../autoload.php', self::$issuer->url, self::$issuer->folder . '/many.json', self::token('one')];
        $running = [];
        for ($at = 0; $at < 8; $at++) {
            $running[] = [proc_open([PHP_BINARY, '-r', $code, '--', ...$arguments], [1 => ['pipe', 'w']], $pipes), $pipes[1]];
        }
        foreach ($running as [$process, $pipe]) {
            self::assertSame('con_1', stream_get_contents($pipe));
            proc_close($process);
        }
        self::assertSame(1, self::$issuer->fetches());
    }

    public function testTheFileOfKeysMustBeOnesOwn(): void
    {
        foreach (['/tmp/keys.json', '/nowhere/keys.json', 'keys.json/'] as $file) {
            try {
                new Verifier(self::$issuer->url, $file);
                $file === 'keys.json/' || self::fail($file);
            } catch (InvalidInput $fault) {
                self::assertStringContainsString('forge', $fault->getMessage());
            }
        }
    }

    public function testWhatIsNoSetOfKeysIsNotBelieved(): void
    {
        $one = json_decode(self::jwks('one'), true)['keys'][0];
        $short = openssl_pkey_get_details(openssl_pkey_new(['private_key_bits' => 1024]))['rsa'];
        $changes = [
            ['kid' => ''], ['kid' => 1], ['use' => 'enc'], ['alg' => 'ES256'], ['x' => '+' . substr($one['x'], 1)], ['x' => 'AAAA'], ['x' => 1], ['x' => null],
            ['crv' => 'P-256'], ['crv' => 'P-256', 'kty' => 'EC', 'y' => $one['x']], ['kty' => 'oct', 'k' => 'AAAA'],
            ['kty' => 'RSA', 'alg' => 'RS256', 'n' => Base64Url::write($short['n']), 'e' => 'AQAB'],
        ];
        $answers = [
            [404, ''], [302, '', self::$issuer->url . '/elsewhere'], [200, '<html>'], [200, 'null'], [200, '[]'], [200, '{"keys":{}}'], [200, '{"keys":[]}'],
            [200, '{"keys":[null,1,[]]}'], [200, self::jwks('one', 'one')], [200, self::jwks('one') . str_repeat(' ', 65_536)], [200, str_repeat('[', 60_000)],
            ...array_map(static fn (array $change): array => [200, json_encode(['keys' => [$change + $one]])], $changes),
        ];
        foreach ($answers as $answer) {
            self::$issuer->answer(...$answer);
            self::assertSame(['unavailable', 1], self::verdict(new Verifier(self::$issuer->url), 'one'), substr(json_encode($answer), 0, 200));
        }
    }

    public function testAClosedPortIsNoRefusal(): void
    {
        $this->expectException(KeysUnavailable::class);
        $this->expectExceptionMessage('http://127.0.0.1:1/.well-known/jwks.json');
        (new Verifier('http://127.0.0.1:1'))->verify(self::token('one'));
    }

    public function testOddClaimsAreRefused(): void
    {
        $verifier = new Verifier(self::$issuer->url);
        $odd = [['exp' => true], ['exp' => 1e300], ['iat' => -1], ['cnf' => null], ['cnf' => ['jkt']], ['sub' => null], ['sub' => ['a' => 1]]];
        foreach ($odd as $change) {
            try {
                $verifier->verify(self::token('one', $change));
                self::fail(json_encode($change));
            } catch (Refused $refused) {
                self::assertSame('claims', $refused->reason);
            }
        }
    }

    public function testAServerIsNamedByItsOrigin(): void
    {
        $bad = [
            '', 'cs.example.com', 'http://cs.example.com', 'https://', 'https://a@cs.example.com', 'https://cs.example.com/x', 'https://cs.example.com?', "https://cs.example.com\n",
            'https://cs.example.com/#', 'ftp://cs.example.com', 'http://127.0.0.1.evil.example', 'https://a b', 'https://[', 'file:///etc/passwd', 'php://input', 'https://cs.example.com:x',
        ];
        foreach ($bad as $server) {
            try {
                new Verifier($server);
                self::fail($server);
            } catch (InvalidInput $fault) {
                self::assertStringContainsString($fault->getMessage() === '' ? 'x' : 'must', $fault->getMessage());
            }
        }
        foreach (['https://CS.example.com/', 'https://cs.example.com:443', 'http://127.0.0.1:8080', 'http://localhost', 'http://[::1]:8080'] as $server) {
            self::assertInstanceOf(Verifier::class, new Verifier($server));
        }
    }

    /** What `verify` comes to, and the number of fetches for it. */
    private static function verdict(Verifier $verifier, string $kid): array
    {
        try {
            $verifier->verify(self::token($kid));
            $said = 'accepted';
        } catch (Refused $refused) {
            $said = $refused->reason;
        } catch (KeysUnavailable) {
            $said = 'unavailable';
        }

        return [$said, self::$issuer->fetches()];
    }

    private static function jwks(string ...$kids): string
    {
        $jwk = static fn (string $kid): array => ['kty' => 'OKP', 'crv' => 'Ed25519', 'x' => Base64Url::write(sodium_crypto_sign_publickey(self::$keys[$kid])), 'kid' => $kid, 'alg' => 'Ed25519'];

        return json_encode(['keys' => array_map($jwk, $kids)]);
    }

    private static function token(string $kid, array $change = []): string
    {
        $url = self::$issuer->url;
        $claims = ['iss' => $url, 'aud' => "$url/widget/v1", 'sub' => 'con_1', 'sid' => 'ses_1', 'ws' => 'env_1', 'jti' => '1', 'iat' => time(), 'exp' => time() + 600];
        $parts = [['alg' => 'Ed25519', 'kid' => $kid, 'typ' => 'at+jwt'], $change + $claims];
        $signed = implode('.', array_map(static fn (array $part): string => Base64Url::write(json_encode($part)), $parts));

        return $signed . '.' . Base64Url::write(sodium_crypto_sign_detached($signed, sodium_crypto_sign_secretkey(self::$keys[$kid])));
    }
}
