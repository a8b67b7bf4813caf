#!/usr/bin/php-cgi
<?php
// SPDX-License-Identifier: ISC
//
// A form's script: a few fields and a file, as any PHP page takes them.
session_cache_limiter('');
header('Content-Type: application/json');
$upload = $_FILES['photo'] ?? null;
if ($_SERVER['REQUEST_METHOD'] !== 'POST' || $upload === null) {
    http_response_code(422);
    exit(json_encode(['error' => 'no photo', 'raw' => strlen(file_get_contents('php://input'))]));
}
$kept = tempnam(sys_get_temp_dir(), 'photo');
move_uploaded_file($upload['tmp_name'], $kept);
error_log('took ' . $upload['name']);
http_response_code(201);
header('Location: /photos/' . rawurlencode($_POST['title']));
echo json_encode([
    'pid' => getmypid(), 'title' => $_POST['title'], 'name' => $upload['name'],
    'sha256' => hash_file('sha256', $kept), 'tmp' => dirname($kept),
    'id' => $_SERVER['NIGHTDROP_JOB_ID'], 'there' => count(glob(dirname($kept) . '/*')),
]);
