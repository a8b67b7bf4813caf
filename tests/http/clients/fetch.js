// SPDX-License-Identifier: ISC
// Submit with fetch and follow what the answer says, as a page's script would.
//
// fetch.js URL BODY: a JSON line when the answer is first "not yet", and one
// with the handler's answer.
"use strict";
const [url, body] = process.argv.slice(2);

function say(what) {
	console.log(JSON.stringify(what));
}

async function main() {
	let answer = await fetch(url, {
		method: "POST",
		body: new Blob([body], { type: "text/plain" }),
	});
	const { status } = await answer.json();
	const deferred = new URL(answer.headers.get("location"), url);
	say({ status, code: answer.status });
	while (answer.status === 202) {
		const seconds = Number(answer.headers.get("retry-after"));
		// a clock that runs faster
		await new Promise((f) => setTimeout(f, seconds * 1000 / 200));
		answer = await fetch(deferred);
	}
	say({ code: answer.status, text: await answer.text(),
		type: answer.headers.get("content-type") });
}

main();
