<?php

declare(strict_types=1);

namespace Countersign;

use PHPUnit\Framework\TestCase;

/** Tokens of this library at a real server, which `node sdk/beside-server.mjs` starts. */
final class SessionTest extends TestCase
{
    public function testASharedSecretOpensASession(): void
    {
        self::opensASession(Signer::withSecret(self::given('WIDGET_KEY'), self::given('IDENTITY_SECRET')));
    }

    public function testAPrivateKeyOfP256OpensASession(): void
    {
        $key = openssl_pkey_new(['private_key_type' => OPENSSL_KEYTYPE_EC, 'curve_name' => 'prime256v1']);
        openssl_pkey_export($key, $private);
        self::registeredOpensASession('php-p256', $private, openssl_pkey_get_details($key)['key']);
    }

    public function testAPrivateKeyOfEd25519OpensASession(): void
    {
        $pair = sodium_crypto_sign_keypair();
        $pem = static fn (string $what, string $der): string => "-----BEGIN $what KEY-----\n" . base64_encode($der) . "\n-----END $what KEY-----\n";
        $private = $pem('PRIVATE', hex2bin('302e020100300506032b657004220420') . substr(sodium_crypto_sign_secretkey($pair), 0, 32));
        $public = $pem('PUBLIC', hex2bin('302a300506032b6570032100') . sodium_crypto_sign_publickey($pair));
        self::registeredOpensASession('php-ed25519', $private, $public);
    }

    private static function registeredOpensASession(string $kid, string $private, string $public): void
    {
        $path = '/api/v1/widgets/' . self::given('WIDGET_ID') . '/identity_secrets';
        self::post($path, ['mode' => 'jwt', 'kid' => $kid, 'public_key' => $public], 'authorization: Bearer ' . self::given('SECRET_KEY'));
        self::opensASession(Signer::withPrivateKey(self::given('WIDGET_KEY'), $private, $kid));
    }

    /** Shows a token to the server, and verifies what the server answers. */
    private static function opensASession(Signer $signer): void
    {
        $token = $signer->token('u1', email: ' Ada@Example.com', company: new Company('c1', 'Acme'));
        $session = self::post('/widget/v1/sessions', ['widget' => self::given('WIDGET_KEY'), 'identity' => ['token' => $token]]);
        self::assertSame(['jwt', 'ada@example.com'], [$session['trust'], $session['contact']['email']]);
        $claims = (new Verifier(self::given('SERVER')))->verify($session['access_token']);
        self::assertSame([$session['contact']['id'], $session['session']['id'], null], [$claims->contact, $claims->session, $claims->jkt]);
    }

    private static function post(string $path, array $body, string $header = 'x-test: php'): array
    {
        $options = ['method' => 'POST', 'ignore_errors' => true, 'header' => ['content-type: application/json', $header], 'content' => json_encode($body)];
        $answer = file_get_contents(self::given('SERVER') . $path, context: stream_context_create(['http' => $options]));
        self::assertStringContainsString(' 201 ', $http_response_header[0], $answer);

        return json_decode($answer, true);
    }

    private static function given(string $name): string
    {
        return getenv("COUNTERSIGN_$name") ?: self::fail('run this by `node sdk/beside-server.mjs`, from the root of the repository');
    }
}
