-- For wrk: the requests of bench/bars/run, and its result as one line of JSON.
--
--   wrk ... -s requests.lua 'URL/s.py?rcpt=089610707901&msg=hello' -- MODE [FIRST COUNT]
--
-- MODE constant: that request again and again. The others go through COUNT
-- numbers (all there are, if it is not given) from FIRST on, and begin anew:
--   distinct  a message by /s.py, so that no number has been seen before
--   message   a message by POST /v1/messages
--   start     a verification of it
--   check     a wrong code for it
local space = 10000000
local path = {
  message = "/v1/messages",
  start = "/v1/verifications",
  check = "/v1/verifications/checks",
}
local body = {
  message = '{"to":"+628961%07d","text":"123456 is your code.","class":"otp"}',
  start = '{"to":"+628961%07d"}',
  check = '{"to":"+628961%07d","code":"1"}',
}

function init(args)
  local mode = args[1]
  if mode == "constant" then return end
  local first = tonumber(args[2]) or (os.time() * 7919) % space
  local count = tonumber(args[3]) or space
  local step = -1
  function request()
    step = (step + 1) % count
    local number = (first + step) % space
    if mode == "distinct" then
      return wrk.format("GET",
        string.format("/s.py?rcpt=08961%07d&msg=hello", number))
    end
    return wrk.format("POST", path[mode],
      { ["Content-Type"] = "application/json" },
      string.format(body[mode], number))
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
