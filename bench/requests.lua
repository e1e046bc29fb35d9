-- For wrk: the requests of bench/run, and its result as one line of JSON.
--
--   wrk ... -s requests.lua 'URL/s.py?rcpt=089610707901&msg=hello' -- MODE
--
-- MODE constant: that request again and again. MODE distinct: another number
-- in each request, so that none has been seen before.
function init(args)
  if args[1] ~= "distinct" then return end
  local number = (os.time() * 7919) % 10000000
  function request()
    number = (number + 1) % 10000000
    return wrk.format("GET",
      string.format("/s.py?rcpt=08961%07d&msg=hello", number))
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\nBENCH {"requests":%d,"seconds":%.6f,"non_2xx":%d,"socket_errors":%d,' ..
    '"p50_ms":%.3f,"p99_ms":%.3f}\n',
    summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
