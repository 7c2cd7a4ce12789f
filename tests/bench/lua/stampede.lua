-- A fixed number of requests, all for one window; the answers are counted by status.
-- Arguments: key, salt, checkpoint, start, number of requests.
package.path = package.path .. ";" .. os.getenv("KEZEK_LUA") .. "/?.lua"
require("done")

-- wrk goes on until its time is up, so the span from the first request to the last answer is taken here.
local ffi = require("ffi")
ffi.cdef([[
  typedef struct { long sec; long nsec; } kezek_time;
  int clock_gettime(int clock, kezek_time *now);
]])

local function monotonic()
  local now = ffi.new("kezek_time")
  ffi.C.clock_gettime(1, now)
  return tonumber(now.sec) + tonumber(now.nsec) / 1e9
end

local began

local sent, answered, booked, full = 0, 0, 0, 0
local key, salt, checkpoint, start, most
counted_text = ""

function init(args)
  key, salt, checkpoint, start, most = args[1], args[2], args[3], args[4], tonumber(args[5])
end

function request()
  sent = sent + 1
  began = began or monotonic()
  local truck = string.format("%s%07d", salt, sent)
  local body = string.format(
    '{"checkpoint":"%s","start":"%s","class":"in_turn","vehicle":{"country":"KZ","plate":"S%s",'
    .. '"vin":"","trailer":"","phone":"+99900%07d","drivers":["Bench Driver"]}}',
    checkpoint, start, truck, sent)
  return wrk.format("POST", "/api/v1/bookings", {
    ["Authorization"] = "Bearer " .. key,
    ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = "stampede-" .. truck,
  }, body)
end

function response(status, headers, body)
  answered = answered + 1
  if status == 201 then
    booked = booked + 1
  elseif status == 409 then
    full = full + 1
  end
  if answered == most then
    counted_text = string.format("answered=%d booked=%d full=%d seconds=%.6f",
      answered, booked, full, monotonic() - began)
    wrk.thread:stop()
  end
end
