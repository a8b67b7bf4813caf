// SPDX-License-Identifier: ISC
// Submit a job, and leave the waiting to @azure/core-lro, which knows of us
// only what a 202 with Location and Retry-After says.
//
// lro.js SERVER PATH BODY: a JSON line when the answer is first "not yet", and
// one when the poller has ended.
"use strict";
const http = require("node:http");
const { createHttpPoller } = require("@azure/core-lro");

const [server, path, body] = process.argv.slice(2);
const seen = []; // [status, seconds of Retry-After] of each answer
const waited = []; // seconds that the poller asked for

// The poller waits as long as it was told, on a clock that runs faster.
const later = globalThis.setTimeout;
globalThis.setTimeout = (f, ms, ...rest) => {
	waited.push(ms / 1000);
	return later(f, ms / 200, ...rest);
};

function say(what) {
	console.log(JSON.stringify(what));
}

function send(method, target, content) {
	return new Promise((resolve, reject) => {
		const request = http.request(new URL(target, server),
			{ method, headers: { "content-type": "text/plain" } }, (answer) => {
			const pieces = [];
			answer.on("data", (piece) => pieces.push(piece));
			answer.on("error", reject);
			answer.on("end", () => {
				const text = Buffer.concat(pieces).toString();
				const json = /json/.test(answer.headers["content-type"]);
				const after = answer.headers["retry-after"];
				seen.push([answer.statusCode,
					after === undefined ? null : Number(after)]);
				resolve({
					flatResponse: text,
					rawResponse: {
						statusCode: answer.statusCode,
						headers: answer.headers,
						body: json ? JSON.parse(text) : undefined,
					},
				});
			});
		});
		request.on("error", reject);
		request.end(content);
	});
}

async function main() {
	const poller = await createHttpPoller({
		requestPath: path,
		requestMethod: "POST",
		sendInitialRequest: () => send("POST", path, body),
		sendPollRequest: (location) => send("GET", location),
	});
	let polls = 0;
	poller.onProgress(() => {
		if (++polls === 1)
			say({ location: poller.getOperationState().config
				.operationLocation });
	});
	try {
		const result = await poller.pollUntilDone();
		say({ result, seen, waited });
	} catch (e) {
		say({ error: e.message, status: poller.getOperationState().status,
			seen, waited });
	}
}

main();
