-- For wrk: posts the bodies of a file (one a line) in turn to a path, and prints what came back as one line of JSON.
-- Arguments: the file, the path.

local requests = {}
local last = 0

function init(args)
  for body in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format('POST', args[2], { ['Content-Type'] = 'application/json' }, body)
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"answers":%d,"refused":%d,"broken":%d,"seconds":%.6f,"p50":%.3f,"p99":%.3f,"max":%.3f}\n',
    summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration / 1000000,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
