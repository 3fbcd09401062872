<?php

declare(strict_types=1);

namespace Countersign;

use PHPUnit\Framework\TestCase;

/** What signers are made of, and what they show. */
final class SignerTest extends TestCase
{
    private const WIDGET = 'cs_pk_live_x';
    private const SECRET = 'cs_idj_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwej2CTL';

    public function testASignerShowsNothingOfItsKey(): void
    {
        $key = openssl_pkey_new(['private_key_type' => OPENSSL_KEYTYPE_EC, 'curve_name' => 'prime256v1']);
        openssl_pkey_export($key, $pem);
        foreach ([Signer::withSecret(self::WIDGET, self::SECRET), Signer::withPrivateKey(self::WIDGET, $pem)] as $signer) {
            ob_start();
            var_dump($signer, (array) $signer);
            var_export($signer);
            $shown = ob_get_clean() . print_r($signer, true);
            self::assertStringNotContainsString(substr(self::SECRET, 7, 20), $shown);
            self::assertStringContainsString(self::WIDGET, $shown);
            try {
                serialize($signer);
                self::fail('it was written out');
            } catch (\Exception $fault) {
                self::assertStringContainsString('not allowed', $fault->getMessage());
            }
        }
    }

    public function testATraceDoesNotShowTheSecret(): void
    {
        ini_set('zend.exception_ignore_args', '0');
        ini_set('zend.exception_string_param_max_len', '1000');
        $cases = [
            static fn () => Signer::withSecret(self::WIDGET, self::SECRET . 'x'),
            static fn () => Signer::withSecret('', self::SECRET),
            static fn () => Vendors::woesEmailHash(str_repeat('a', 64), 'nobody'),
            static fn () => Vendors::notificationapiHash(self::SECRET, 'u1'),
            static fn () => Vendors::fogbenderJwt(str_repeat('a', 31) . "\n", 'u1'),
            static fn () => Vendors::woesJwt(str_repeat('a', 64), self::WIDGET, 'nobody'),
        ];
        foreach ($cases as $case) {
            try {
                $case();
                self::fail('it was signed');
            } catch (InvalidInput $fault) {
                self::assertStringNotContainsString(substr(self::SECRET, 7, 20), $fault->getTraceAsString());
                self::assertStringNotContainsString('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', $fault->getTraceAsString());
            }
        }
    }

    public function testWhatIsNoPrivateKeyIsRefused(): void
    {
        $key = openssl_pkey_new(['private_key_type' => OPENSSL_KEYTYPE_EC, 'curve_name' => 'prime256v1']);
        openssl_pkey_export($key, $locked, 'a passphrase');
        openssl_pkey_export(openssl_pkey_new(['private_key_bits' => 2048]), $rsa);
        $folder = sys_get_temp_dir();
        foreach (['', 'x', "file://$folder/key.pem", $locked, $rsa, openssl_pkey_get_details($key)['key'], "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"] as $pem) {
            try {
                Signer::withPrivateKey(self::WIDGET, $pem);
                self::fail($pem);
            } catch (InvalidInput $fault) {
                self::assertStringContainsString('the private key', $fault->getMessage());
            }
        }
        self::assertFalse(openssl_error_string());
        $this->expectExceptionMessage('the kid is blank');
        openssl_pkey_export($key, $pem);
        Signer::withPrivateKey(self::WIDGET, $pem, '');
    }

    public function testEs256SignaturesHave64BytesWhateverTheNumbersAre(): void
    {
        foreach ([str_repeat("\1", 64), str_repeat("\xff", 64), str_repeat("\0", 31) . "\1" . str_repeat("\x80", 32), "\0\xff" . str_repeat('r', 62)] as $bytes) {
            self::assertSame($bytes, EcdsaSignature::fromDer(EcdsaSignature::toDer($bytes)));
        }
        $key = openssl_pkey_new(['private_key_type' => OPENSSL_KEYTYPE_EC, 'curve_name' => 'prime256v1']);
        openssl_pkey_export($key, $pem);
        $signer = Signer::withPrivateKey(self::WIDGET, $pem);
        for ($at = 0; $at < 600; $at++) {
            [$header, $claims, $signature] = explode('.', $signer->token("u$at"));
            $fits = openssl_verify("$header.$claims", EcdsaSignature::toDer(Base64Url::read($signature)), openssl_pkey_get_details($key)['key'], OPENSSL_ALGO_SHA256);
            self::assertSame([1, 86], [$fits, strlen($signature)]);
        }
    }

    public function testOddValuesAreNotSigned(): void
    {
        $signer = Signer::withSecret(self::WIDGET, self::SECRET);
        foreach ([['id' => "\xff"], ['id' => 'u1', 'email' => "ada\xc3@example.com"], ['id' => 'u1', 'lifetime' => 0], ['id' => 'u1', 'jkt' => ' ']] as $odd) {
            try {
                $signer->token(...$odd);
                self::fail(print_r($odd, true));
            } catch (InvalidInput $fault) {
                self::assertStringStartsWith(isset($odd['jkt']) ? 'jkt' : 'the ', $fault->getMessage());
            }
        }
    }
}
