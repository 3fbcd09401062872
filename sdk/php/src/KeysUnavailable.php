<?php

declare(strict_types=1);

namespace Countersign;

/** The server's keys cannot be had: this says nothing about the token. Answer 503. */
final class KeysUnavailable extends \RuntimeException
{
}
