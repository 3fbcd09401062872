<?php

declare(strict_types=1);

namespace Countersign;

require __DIR__ . '/../autoload.php';
require __DIR__ . '/Calls.php';
require __DIR__ . '/Issuer.php';

error_reporting(E_ALL);

/** The clock of the library, which a test can stop. */
final class Clock
{
    public static ?int $now = null;
}

function time(): int
{
    return Clock::$now ?? \time();
}
