<?php

declare(strict_types=1);

namespace Countersign;

/** The text is no access token for you: answer 401. */
final class Refused extends \RuntimeException
{
    /**
     * @param string $reason malformed, kind, unknown_key, algorithm, signature, claims, issuer,
     *     audience, expired or issued_ahead
     */
    public function __construct(public readonly string $reason, string $detail)
    {
        parent::__construct("the access token is refused: $detail");
    }
}
