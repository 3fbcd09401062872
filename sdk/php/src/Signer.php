<?php

declare(strict_types=1);

namespace Countersign;

/** Mints identity tokens of the profile `countersign` for one widget. */
final class Signer
{
    /** Seconds that a server accepts at most between `iat` and `exp`. */
    public const LONGEST_LIFETIME = 900;

    private function __construct(
        private readonly string $widget,
        private readonly SigningKey $key,
        private readonly ?string $kid,
    ) {
    }

    /**
     * Signs with the widget's shared secret.
     *
     * @param string $widget the widget's public key, `cs_pk_live_…`
     * @param string $secret `cs_idj_…` as it is shown: not decoded
     */
    public static function withSecret(string $widget, #[\SensitiveParameter] string $secret): self
    {
        return new self(Values::widget($widget), SigningKey::secret(Values::ownSecret('cs_idj_', $secret)), null);
    }

    /**
     * Signs with a key of your own; the widget knows its public half.
     *
     * @param string $widget the widget's public key, `cs_pk_live_…`
     * @param string $pem a private key of Ed25519 or P-256
     * @param ?string $kid the name under which the public half is registered
     */
    public static function withPrivateKey(string $widget, #[\SensitiveParameter] string $pem, ?string $kid = null): self
    {
        $kid = $kid === null ? null : Values::value('kid', $kid, 'id');

        return new self(Values::widget($widget), SigningKey::pem($pem), $kid);
    }

    /**
     * An identity token: what your page's `identity` callback answers as `token`.
     *
     * Read the user from your own session, never from the request: a back end that signs whatever id
     * stands in the request signs for everybody.
     *
     * @param string $id your own stable id of the user, up to 128 characters
     * @param ?string $email up to 254 characters, the domain in ASCII; signed trimmed and lower-cased
     * @param ?string $name up to 200 characters
     * @param ?string $jkt binds the token to the browser key with this thumbprint, which the widget
     *     hands to your callback: a copied token is of no use elsewhere
     * @param ?string $jti names this token, up to 128 characters
     * @param int $lifetime seconds, at most 900
     */
    public function token(
        string $id,
        ?string $email = null,
        ?string $name = null,
        ?Company $company = null,
        ?string $jkt = null,
        ?string $jti = null,
        int $lifetime = 600,
    ): string {
        if ($lifetime < 1 || $lifetime > self::LONGEST_LIFETIME) {
            throw new InvalidInput('the lifetime must be from 1 to ' . self::LONGEST_LIFETIME . ' seconds');
        }

        return $this->key->token([
            'sub' => Values::value('id', $id, 'id'),
            'email' => Values::optional('email', $email, 'email'),
            'name' => Values::optional('name', $name, 'name'),
            'company' => self::company($company),
            'aud' => $this->widget,
            ...SigningKey::times($lifetime),
            'jti' => Values::optional('jti', $jti, 'id'),
            'cnf' => $jkt === null || $jkt === '' ? null : ['jkt' => Values::thumbprint($jkt)],
        ], $this->kid);
    }

    /** @return ?array<string, string> */
    private static function company(?Company $company): ?array
    {
        if ($company === null || ($company->id === '' && ($company->name ?? '') === '')) {
            return null;
        }
        $claim = ['id' => Values::value('id of the company', $company->id, 'id')];
        $name = Values::optional('name of the company', $company->name, 'name');

        return $name === null ? $claim : [...$claim, 'name' => $name];
    }
}
