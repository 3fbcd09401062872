<?php

declare(strict_types=1);

namespace Countersign;

/** A company that a user belongs to: your own stable id of it, and its name. */
final class Company
{
    public function __construct(public readonly string $id, public readonly ?string $name = null)
    {
    }
}
