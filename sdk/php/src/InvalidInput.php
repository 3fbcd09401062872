<?php

declare(strict_types=1);

namespace Countersign;

/** What was given cannot be signed, or names no server; the message says what would be right. */
final class InvalidInput extends \InvalidArgumentException
{
}
