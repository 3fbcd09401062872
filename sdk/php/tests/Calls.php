<?php

declare(strict_types=1);

namespace Countersign;

/** The functions of the library, by the names that vectors.json has for them. */
final class Calls
{
    /** Does what a vector says. */
    public static function call(array $vector): string
    {
        $widget = $vector['widget'] ?? self::vectors()['widget'];
        $given = [];
        foreach ($vector['arguments'] ?? [] as $name => $value) {
            $given[lcfirst(str_replace('_', '', ucwords($name, '_')))] = $value;
        }
        if (isset($given['company'])) {
            $given['company'] = new Company(...$given['company']);
        }

        return match ($vector['call']) {
            'token' => self::signer($vector, $widget)->token(...$given),
            'woes_jwt' => Vendors::woesJwt($vector['secret'], $widget, ...$given),
            'fogbender_jwt' => Vendors::fogbenderJwt($vector['secret'], ...$given),
            'woes_email_hash' => Vendors::woesEmailHash($vector['secret'], $vector['text']),
            'notificationapi_hash' => Vendors::notificationapiHash($vector['secret'], $vector['text']),
            'fogbender_hmac' => Vendors::fogbenderHmac($vector['secret'], $vector['text']),
        };
    }

    private static function signer(array $vector, string $widget): Signer
    {
        if (!isset($vector['private_key'])) {
            return Signer::withSecret($widget, $vector['secret']);
        }

        return Signer::withPrivateKey($widget, self::vectors()['keys'][$vector['private_key']]['private'], $vector['kid']);
    }

    public static function vectors(): array
    {
        static $vectors = null;

        return $vectors ??= json_decode(file_get_contents(__DIR__ . '/../../vectors.json'), true, flags: JSON_THROW_ON_ERROR);
    }
}
