<?php

declare(strict_types=1);

namespace Countersign;

/** What a verified access token says. */
final class Claims
{
    /**
     * @param string $contact `sub`: the visitor's contact, `con_…`
     * @param string $session `sid`: `ses_…`
     * @param string $tenant `ws`: the environment that both belong to, `env_…`
     * @param string $id `jti`
     * @param ?string $jkt the thumbprint of the browser key that the session is bound to, or null.
     *     Who presents a bound token must also present a DPoP proof (RFC 9449) by that key
     */
    public function __construct(
        public readonly string $contact,
        public readonly string $session,
        public readonly string $tenant,
        public readonly string $id,
        public readonly \DateTimeImmutable $issued,
        public readonly \DateTimeImmutable $expires,
        public readonly ?string $jkt,
    ) {
    }
}
