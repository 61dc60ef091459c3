<?php
// Answers the golden vectors with the code of docs/languages/php.md, one JSON line a case.

declare(strict_types=1);

require __DIR__ . '/TnidGuard.php';
require __DIR__ . '/TnidHouse.php';

function tell(array $line): void
{
    echo json_encode($line), "\n";
}

function read(string $path): array
{
    return Tnid\readObject((string) file_get_contents($path)) ?? throw new RuntimeException($path);
}

final class Given implements Tnid\Sources
{
    public function __construct(private array $keys, private array $tokens, private array $actions, private ?array $marks) {}

    public function key(string $kid): ?OpenSSLAsymmetricKey
    {
        return isset($this->keys[$kid]) ? Tnid\importKey($this->keys[$kid])[0] : null;
    }

    public function tokens(string $audience): ?string
    {
        return $this->tokens[$audience] ?? null;
    }

    public function action(string $name): ?array
    {
        return isset($this->actions[$name]) ? get_object_vars($this->actions[$name]) : null;
    }

    public function watermarks(): array
    {
        return $this->marks ?? throw new Tnid\Unavailable();
    }
}

function requestOf(stdClass $one): Tnid\Request
{
    return new Tnid\Request($one->method, $one->url, $one->headers, $one->form ?? '');
}

function checks(array $file): void
{
    ['clock' => $clock, 'settings' => $settings, 'catalogue' => $catalogue, 'cases' => $cases] = $file;
    $keys = Tnid\readKeys(get_object_vars($file['jwks']));
    $tokens = array_column($catalogue->services, 'tokens', 'id');
    $actions = array_column($catalogue->actions, null, 'action');
    $byName = array_column($cases, null, 'name');
    foreach ($cases as $one) {
        $feed = property_exists($one, 'feed') ? $one->feed : $file['feed'];
        $marks = $feed === null ? null : Tnid\raise(null, get_object_vars($feed), $clock);
        $seen = [];
        $replay = function (string $key) use (&$seen): bool {
            $isNew = !isset($seen[$key]);
            $seen[$key] = true;
            return $isNew;
        };
        $guard = new Tnid\Guard(
            new Tnid\Settings($settings->issuer, $one->settings->audience ?? $settings->audience, $settings->base_url, $settings->acr_base),
            new Given($keys, $tokens, $actions, $marks), $replay, fn(): float => (float) $clock);
        foreach ($one->before ?? [] as $name) {
            $guard->check(requestOf($byName[$name]->request), $byName[$name]->action);
        }
        $answer = $guard->check(requestOf($one->request), $one->action);
        tell($answer instanceof Tnid\Principal
            ? ['name' => $one->name, 'ok' => true, 'principal' => ['sub' => $answer->sub, 'client_id' => $answer->clientId,
                'level' => $answer->level, 'scopes' => $answer->scopes, 'consent_id' => $answer->consentId,
                'consent_version' => $answer->consentVersion]]
            : ['name' => $one->name, 'ok' => false, 'status' => $answer->status, 'headers' => $answer->headers, 'problem' => $answer->problem]);
    }
}

function decisions(array $file): void
{
    $names = ['acr' => 'acr', 'authTime' => 'auth_time', 'amr' => 'amr', 'identitySource' => 'identity_source',
        'scopes' => 'scopes', 'purposes' => 'purposes', 'clientClass' => 'client_class'];
    foreach ($file['cases'] as $one) {
        $action = null;
        if ($one->action !== null) {
            // decide.json leaves out what decide() does not read
            $action = Tnid\readAction(get_object_vars($one->action) + ['service' => 'any', 'risk' => 'low']);
            if ($action === null) {
                tell(['decide' => $one->name, 'unreadable' => true]);
                continue;
            }
        }
        $facts = [];
        foreach ($names as $theirs => $ours) {
            $facts[$ours] = $one->facts->$theirs ?? null;
        }
        [$failed, $level] = Tnid\decide($action, $facts, $file['clock'], $file['acr_base']);
        tell(['decide' => $one->name, 'failed' => $failed, 'level' => $level]);
    }
}

/** What the process of the page reads from a house that runs, and what a request then reads of it. */
function live(string $issuer, string $audience, string $clientId, string $keyFile, string $kid): void
{
    $folder = dirname($keyFile);
    (new Tnid\House($issuer, $audience, $clientId, $keyFile, $folder))->refresh();
    $sources = new Tnid\FileSources($folder);
    $actions = get_object_vars(read("$folder/house.json")['actions']);
    if ($sources->action(array_key_first($actions)) === null) {
        throw new RuntimeException('an action of the file is not found');
    }
    tell(['actions' => count($actions), 'as_of' => $sources->watermarks()['as_of'], 'tokens' => $sources->tokens($audience),
        'key' => $sources->key($kid) !== null, 'stranger' => $sources->key('nobody') !== null, 'once' => once($folder)]);
}

/** How many of many processes that show the same proof at the same moment are let in. */
function once(string $folder): int
{
    $replay = Tnid\fileReplay($folder);
    $children = [];
    for ($one = 0; $one < 8; $one++) {
        $child = pcntl_fork();
        if ($child === 0) {
            exit($replay('proof', 60, microtime(true)) ? 1 : 0);
        }
        $children[] = $child;
    }
    $let = 0;
    foreach ($children as $child) {
        pcntl_waitpid($child, $status);
        $let += pcntl_wexitstatus($status);
    }
    return $let;
}

if ($argv[1] === 'live') {
    live(...array_slice($argv, 2));
} else {
    checks(read("$argv[1]/check.json"));
    decisions(read("$argv[1]/decide.json"));
}
