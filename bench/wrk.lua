-- wrk asks for the bodies of a file in turn, and tells what it found as one line of JSON.
-- The second argument is how many requests a second are sent, 0 for as many as are answered: what is
-- late is made up for, as long as some connection is free.

local ffi = require("ffi")
ffi.cdef[[
  typedef struct { long seconds; long nanoseconds; } moment;
  int clock_gettime(int clock, moment *now);
]]

local bodies, turn = {}, 0

local function keep_to(rate)
  local now, due = ffi.new("moment"), nil
  function delay()
    ffi.C.clock_gettime(1, now)
    local at = tonumber(now.seconds) * 1000 + tonumber(now.nanoseconds) / 1e6
    due = (due or at) + 1000 / rate
    return math.max(0, math.floor(due - at))
  end
end

function init(arguments)
  for body in io.lines(arguments[1]) do
    bodies[#bodies + 1] = body
  end
  local rate = tonumber(arguments[2])
  if rate > 0 then
    keep_to(rate)
  end
  wrk.method = "POST"
  wrk.headers["content-type"] = "application/json"
  for place = 3, #arguments do
    local name, value = arguments[place]:match("^([^:]+): (.*)$")
    wrk.headers[name] = value
  end
end

function request()
  turn = turn % #bodies + 1
  return wrk.format(nil, nil, nil, bodies[turn])
end

function done(summary, latency, _)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"seconds":%.6f,"bytes":%d,"p50_ms":%.3f,"p99_ms":%.3f,"errors":%d}',
    summary.requests, summary.duration / 1e6, summary.bytes,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout
  ))
end
