<?php

declare(strict_types=1);

namespace Countersign;

/** @internal What a value may look like: the server's own rules, so that what is signed is accepted. */
final class Values
{
    /** Characters that a value has at most. */
    private const LONGEST = ['id' => 128, 'name' => 200, 'email' => 254, 'url' => 2000];

    /** White_Space of Unicode. */
    private const SPACE = '[\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]';

    /** Controls, marks of direction, fillers and everything else that shows nothing. */
    private const UNSEEN = '/[\x{0}-\x{1f}\x{7f}-\x{9f}\x{ad}\x{34f}\x{61c}\x{115f}\x{1160}\x{17b4}\x{17b5}\x{180b}-\x{180f}\x{200b}-\x{200f}\x{2028}-\x{202e}\x{2060}-\x{206f}\x{2800}\x{3164}\x{fe00}-\x{fe0f}\x{feff}\x{ffa0}\x{fff0}-\x{fffb}\x{1bca0}-\x{1bca3}\x{1d173}-\x{1d17a}\x{e0000}-\x{e0fff}]/u';

    /** What a name may have of these: emoji, Persian and Indic scripts need it. */
    private const ALLOWED_IN_NAMES = '/(?<=[^\x{0}-\x{7f}\x{200c}\x{200d}])[\x{200c}\x{200d}](?=[^\x{0}-\x{7f}\x{200c}\x{200d}])|[\x{fe00}-\x{fe0f}]/u';

    /**
     * The value in the form that is signed: an email trimmed and lower-cased, in ASCII only, because
     * full lower-casing makes two addresses one.
     *
     * @param 'id'|'name'|'email'|'url' $kind
     */
    public static function value(string $field, string $text, string $kind): string
    {
        if (preg_match('//u', $text) !== 1) {
            throw new InvalidInput("the $field is not UTF-8");
        }
        $trimmed = preg_replace('/^' . self::SPACE . '+|' . self::SPACE . '+$/Du', '', $text);
        if ($kind === 'email') {
            $text = strtolower($trimmed);
        }
        if ($trimmed === '') {
            throw new InvalidInput("the $field is blank");
        }
        $most = self::LONGEST[$kind];
        if (preg_match_all('/./su', $text) > $most) {
            throw new InvalidInput("the $field is longer than $most characters");
        }
        $seen = $kind === 'name' ? preg_replace(self::ALLOWED_IN_NAMES, '', $text) : $text;
        if (preg_match(self::UNSEEN, $seen) !== 0) {
            throw new InvalidInput("the $field contains a control or an invisible character");
        }
        if ($kind === 'email') {
            self::checkEmail($field, $text);
        }

        return $text;
    }

    /**
     * As `value`, where nothing may be given: null and an empty text.
     *
     * @param 'id'|'name'|'email'|'url' $kind
     */
    public static function optional(string $field, ?string $text, string $kind): ?string
    {
        return $text === null || $text === '' ? null : self::value($field, $text, $kind);
    }

    /**
     * Refuses a text with the shape of a token's signed part. Hashing such an id with a secret that
     * also signs tokens would sign a token that the user wrote.
     */
    public static function refuseToken(string $field, string $text): string
    {
        if (str_starts_with($text, 'eyJ') && str_contains($text, '.')) {
            throw new InvalidInput("the $field has the shape of a token and is not signed");
        }

        return $text;
    }

    public static function widget(string $widget): string
    {
        if (preg_match('/^cs_pk_(live|test)_/', $widget) === 1) {
            return self::value('widget', $widget, 'id');
        }
        throw new InvalidInput('the widget must be named by its public key, cs_pk_live_… or cs_pk_test_…');
    }

    /** A secret of ours, whole: its last four bytes are a checksum of the others. */
    public static function ownSecret(string $prefix, #[\SensitiveParameter] string $secret): string
    {
        if (str_starts_with($secret, $prefix)) {
            $bytes = Base64Url::read(substr($secret, strlen($prefix))) ?? '';
            if (strlen($bytes) === 36 && hash('crc32b', substr($bytes, 0, 32), true) === substr($bytes, 32)) {
                return $secret;
            }
        }
        throw new InvalidInput("the secret must be the whole text {$prefix}… as it was shown, without quotes, spaces or a newline");
    }

    /** Our own secret with `$prefix`, or the vendor's: 32 to 512 bytes in one line. */
    public static function vendorSecret(#[\SensitiveParameter] string $secret, ?string $prefix = null): string
    {
        if (str_starts_with($secret, 'cs_')) {
            if ($prefix !== null && str_starts_with($secret, $prefix)) {
                return self::ownSecret($prefix, $secret);
            }
            throw new InvalidInput('this secret begins with cs_ and is made for another use');
        }
        if (strlen($secret) < 32 || strlen($secret) > 512 || preg_match('/\p{Cc}|^[ "\']|[ "\']$/u', $secret) !== 0) {
            throw new InvalidInput('the secret must be 32 to 512 bytes in one line, as it was shown, without quotes, spaces or a newline');
        }

        return $secret;
    }

    /** The 32 bytes of a secret that is decoded. */
    public static function hexSecret(#[\SensitiveParameter] string $secret): string
    {
        if (preg_match('/^[0-9a-f]{64}$/Di', $secret) === 1) {
            return hex2bin($secret);
        }
        throw new InvalidInput('the secret must be 64 hexadecimal digits');
    }

    public static function thumbprint(string $jkt): string
    {
        if (strlen(Base64Url::read($jkt) ?? '') === 32) {
            return $jkt;
        }
        throw new InvalidInput('jkt must be a SHA-256 thumbprint: 43 characters of base64url');
    }

    private static function checkEmail(string $field, string $email): void
    {
        $parts = explode('@', $email);
        if (count($parts) !== 2 || in_array('', $parts, true) || preg_match('/' . self::SPACE . '/u', $email) === 1) {
            throw new InvalidInput("the $field is not an email address");
        }
        if (preg_match('/[^\x00-\x7f]/', $parts[1]) === 1) {
            throw new InvalidInput("the domain of the $field is not in ASCII; write it in its xn-- form");
        }
    }
}
