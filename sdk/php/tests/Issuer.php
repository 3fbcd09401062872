<?php

declare(strict_types=1);

namespace Countersign;

/** A server whose keys and answers a test can change: PHP's own, in a process of its own. */
final class Issuer
{
    public readonly string $url;
    public readonly string $folder;

    /** @var resource */
    private $process;

    public function __construct()
    {
        $this->folder = sys_get_temp_dir() . '/countersign-php-' . bin2hex(random_bytes(8));
        mkdir($this->folder, 0700);
        file_put_contents("{$this->folder}/router.php", <<<'PHP'
            <?php
            file_put_contents(__DIR__ . '/fetches', '.', FILE_APPEND | LOCK_EX);
            [$status, $location, $body] = json_decode(file_get_contents(__DIR__ . '/answer'));
            http_response_code($_SERVER['REQUEST_URI'] === '/.well-known/jwks.json' ? $status : 404);
            $location === '' || header("Location: $location");
            echo $body;
            PHP);
        $probe = stream_socket_server('tcp://127.0.0.1:0');
        $address = stream_socket_get_name($probe, false);
        fclose($probe);
        $this->url = "http://$address";
        $this->answer(200);
        $this->process = proc_open([PHP_BINARY, '-S', $address, "{$this->folder}/router.php"], [2 => ['file', '/dev/null', 'w']], $pipes, $this->folder);
        for ($tries = 0; $tries < 200 && @file_get_contents($this->url, context: stream_context_create(['http' => ['ignore_errors' => true]])) === false; $tries++) {
            usleep(50_000);
        }
    }

    public function stop(): void
    {
        proc_terminate($this->process);
        proc_close($this->process);
        array_map(unlink(...), glob("{$this->folder}/*"));
        rmdir($this->folder);
    }

    /** What is answered from now on; the fetches are counted anew. */
    public function answer(int $status, string $body = '', string $location = ''): void
    {
        file_put_contents("{$this->folder}/answer", json_encode([$status, $location, $body], JSON_THROW_ON_ERROR));
    }

    /** Fetches since this was asked. */
    public function fetches(): int
    {
        clearstatcache();
        $fetches = is_file("{$this->folder}/fetches") ? filesize("{$this->folder}/fetches") : 0;
        file_put_contents("{$this->folder}/fetches", '');

        return $fetches;
    }
}
