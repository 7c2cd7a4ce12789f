-- Tells what wrk has measured as one line of JSON; loaded by every script.
local statuses = {}
local threads = {}

function setup(thread)
  thread:set("thread_id", #threads)
  table.insert(threads, thread)
end

function done(summary, latency)
  local answers = summary.requests
  local no = summary.errors.status
  local counted = {}
  for _, thread in ipairs(threads) do
    local of = thread:get("counted_text")
    if of then table.insert(counted, of) end
  end
  io.write(string.format(
    '\nRESULT {"answers": %d, "refused": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, "max_ms": %.3f, '
    .. '"broken": %d, "counted": "%s"}\n',
    answers, no, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    latency.max / 1000, summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.timeout, table.concat(counted, " ")))
end
