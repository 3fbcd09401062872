<?php

declare(strict_types=1);

namespace Countersign;

/** @internal Base64url in its one spelling: no padding, no spare bits, no other alphabet. */
final class Base64Url
{
    public static function write(string $bytes): string
    {
        return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    }

    public static function read(string $text): ?string
    {
        $bytes = base64_decode(strtr($text, '-_', '+/'), true);

        return $bytes !== false && self::write($bytes) === $text ? $bytes : null;
    }
}
