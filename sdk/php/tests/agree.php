<?php

// Does what sdk/agree.mjs says, a case a line.

declare(strict_types=1);

namespace Countersign;

require __DIR__ . '/bootstrap.php';

$verifier = null;
while (($line = fgets(STDIN)) !== false) {
    $case = json_decode($line, true, flags: JSON_THROW_ON_ERROR);
    try {
        if ($case['call'] === 'verify') {
            $verifier ??= new Verifier($case['server']);
            $verdict = ['answer' => $verifier->verify($case['token'])->contact];
        } else {
            $verdict = ['answer' => Calls::call($case)];
        }
    } catch (InvalidInput | Refused $fault) {
        $verdict = ['error' => $fault->getMessage()];
    }
    echo json_encode($verdict, JSON_THROW_ON_ERROR), "\n";
}
