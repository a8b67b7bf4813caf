-- What wrk sends: 1 KiB, as a job.
-- SPDX-License-Identifier: ISC
wrk.method = "POST"
wrk.body = string.rep("x", 1024)
wrk.headers["Content-Type"] = "application/octet-stream"

-- One line for the benchmark: answers a second, p99 in ms, those that were no
-- 2xx or never came.
done = function(summary, latency)
	local e = summary.errors
	print(string.format("wrk %d %.1f %d %d",
	    summary.requests / summary.duration * 1e6,
	    latency:percentile(99) / 1000, summary.requests,
	    e.connect + e.read + e.write + e.status + e.timeout))
end
