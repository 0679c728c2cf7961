-- wrk asks for the bodies of a file in turn, and tells what it found as one line of JSON.

local bodies, turn = {}, 0

function init(arguments)
  for body in io.lines(arguments[1]) do
    bodies[#bodies + 1] = body
  end
  wrk.method = "POST"
  wrk.headers["content-type"] = "application/json"
  for place = 2, #arguments do
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
