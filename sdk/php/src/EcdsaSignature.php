<?php

declare(strict_types=1);

namespace Countersign;

/** @internal OpenSSL writes the two numbers of a signature in DER, tokens write them as 64 bytes. */
final class EcdsaSignature
{
    public static function fromDer(string $der): string
    {
        // SEQUENCE { INTEGER r, INTEGER s }, each of at most 33 bytes: every length is one byte.
        $long = ord($der[3]);
        $numbers = [substr($der, 4, $long), substr($der, 6 + $long)];

        return implode('', array_map(static fn (string $number): string => str_pad(ltrim($number, "\0"), 32, "\0", STR_PAD_LEFT), $numbers));
    }

    public static function toDer(string $bytes): string
    {
        $numbers = array_map(static function (string $half): string {
            $number = ltrim($half, "\0");
            $number = $number === '' || ord($number[0]) >= 128 ? "\0$number" : $number;

            return "\x02" . chr(strlen($number)) . $number;
        }, str_split($bytes, 32));
        $body = implode('', $numbers);

        return "\x30" . chr(strlen($body)) . $body;
    }
}
