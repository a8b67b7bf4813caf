<?php
# The same insert as the responder's, as a PHP programmer would write it: a
# persistent connection, a prepared call of the same SQL function, one row a
# transaction, and an answer as long as the responder's.
# SPDX-License-Identifier: ISC

$body = file_get_contents('php://input');
$time = sprintf('%012x', (int)(microtime(true) * 1000));
$random = bin2hex(random_bytes(9));
$id = sprintf('%s-%s-7%s-8%s-%s', substr($time, 0, 8), substr($time, 8),
    substr($random, 0, 3), substr($random, 3, 3), substr($random, 6));
$request = json_encode(['REQUEST_METHOD' => $_SERVER['REQUEST_METHOD'],
    'REQUEST_URI' => $_SERVER['REQUEST_URI'],
    'CONTENT_TYPE' => $_SERVER['CONTENT_TYPE']]);
$values = [$id, 'bench', '', $request, $_SERVER['CONTENT_TYPE'],
    '\\x' . bin2hex($body), '\\x' . hash('sha256', $body)];

$db = pg_pconnect($_SERVER['DATABASE']);
$row = @pg_execute($db, 'accept', $values);
if ($row === false) { # a new connection
	pg_prepare($db, 'accept', 'select * from nightdrop.job_accept_many(
	    array[$1]::uuid[], array[$2], array[$3], array[$4]::json[],
	    array[$5], array[$6]::bytea[], array[$7]::bytea[])');
	$row = pg_execute($db, 'accept', $values);
}
$receipt = pg_fetch_assoc($row);
if ($receipt['verdict'] !== 'ok') {
	http_response_code(500);
	exit;
}
http_response_code(202);
header('Content-Type: application/json');
header("Location: /jobs/$id/response");
header("Content-Location: /jobs/$id");
header("Link: </jobs/$id>; rel=\"monitor\"");
header('Retry-After: 60');
echo str_pad(json_encode(['id' => $id, 'queue' => 'bench'] + $receipt),
    (int)$_SERVER['ANSWER_SIZE']);
