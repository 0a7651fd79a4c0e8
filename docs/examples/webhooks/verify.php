<?php
// Verify a Treaty webhook: `php verify.php < body`, headers and secret in the environment; exit code 0 when genuine.
function verify(string $body, string $id, string $timestamp, string $signatures, string $secret): bool
{
    if (abs(time() - (int) $timestamp) > 300) {
        return false;
    }
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret));
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    foreach (explode(' ', $signatures) as $given) {
        if (hash_equals($expected, $given)) {
            return true;
        }
    }
    return false;
}

$headers = [getenv('WEBHOOK_ID'), getenv('WEBHOOK_TIMESTAMP'), getenv('WEBHOOK_SIGNATURE')];
exit(verify(file_get_contents('php://stdin'), ...[...$headers, getenv('WEBHOOK_SECRET')]) ? 0 : 1);
