<?php

declare(strict_types=1);

namespace Countersign;

/** The forms of other vendors, for a back end that moves over. */
final class Vendors
{
    /**
     * `email_hash` of the profile `woes-hmac`: the secret is decoded from its 64 hexadecimal digits,
     * the email trimmed and lower-cased, the digest written in hexadecimal.
     */
    public static function woesEmailHash(#[\SensitiveParameter] string $secret, string $email): string
    {
        $key = Values::hexSecret($secret);

        return hash_hmac('sha256', Values::value('email', $email, 'email'), $key);
    }

    /**
     * `userIdHash` of the profile `notificationapi`: the key is the secret's text, the digest is
     * written in standard base64.
     */
    public static function notificationapiHash(#[\SensitiveParameter] string $secret, string $userId): string
    {
        $key = Values::vendorSecret($secret, 'cs_idh_');

        return base64_encode(hash_hmac('sha256', self::hashable($userId), $key, true));
    }

    /**
     * `userHMAC` of the profile `fogbender`: the key is the secret's text, the digest is written in
     * hexadecimal.
     */
    public static function fogbenderHmac(#[\SensitiveParameter] string $secret, string $userId): string
    {
        $key = Values::vendorSecret($secret);

        return hash_hmac('sha256', self::hashable($userId), $key);
    }

    /** `jwt` of the profile `woes-jwt`, good for 10 minutes. */
    public static function woesJwt(
        #[\SensitiveParameter] string $secret,
        string $widget,
        string $email,
        ?string $id = null,
        ?string $name = null,
        ?string $accountId = null,
    ): string {
        return SigningKey::secret(Values::vendorSecret($secret))->token([
            'email' => Values::value('email', $email, 'email'),
            'contact_external_id' => Values::optional('id', $id, 'id'),
            'name' => Values::optional('name', $name, 'name'),
            'account_external_id' => Values::optional('account id', $accountId, 'id'),
            'aud' => Values::widget($widget),
            ...SigningKey::times(),
        ]);
    }

    /** `userJWT` of the profile `fogbender`, good for 10 minutes. */
    public static function fogbenderJwt(
        #[\SensitiveParameter] string $secret,
        string $id,
        ?string $email = null,
        ?string $name = null,
        ?string $avatarUrl = null,
        ?string $customerId = null,
        ?string $customerName = null,
    ): string {
        return SigningKey::secret(Values::vendorSecret($secret))->token([
            'userId' => Values::value('id', $id, 'id'),
            'userEmail' => Values::optional('email', $email, 'email'),
            'userName' => Values::optional('name', $name, 'name'),
            'userAvatarUrl' => Values::optional('avatar URL', $avatarUrl, 'url'),
            'customerId' => Values::optional('customer id', $customerId, 'id'),
            'customerName' => Values::optional('customer name', $customerName, 'name'),
            ...SigningKey::times(),
        ]);
    }

    private static function hashable(string $userId): string
    {
        return Values::refuseToken('user id', Values::value('user id', $userId, 'id'));
    }
}
