-- Bookings spread over the network: every request another truck, another window.
-- Arguments: key, salt, file with "checkpoint start" on each line.
package.path = package.path .. ";" .. os.getenv("KEZEK_LUA") .. "/?.lua"
require("done")

local count = 0
local places = {}
local key, salt

function init(args)
  key, salt = args[1], args[2]
  for line in io.lines(args[3]) do
    local checkpoint, start = line:match("(%S+) (%S+)")
    places[#places + 1] = { checkpoint, start }
  end
  math.randomseed(thread_id * 7919 + tonumber(salt))
end

function request()
  count = count + 1
  local place = places[math.random(#places)]
  local truck = string.format("%s%d%07d", salt, thread_id, count)
  local body = string.format(
    '{"checkpoint":"%s","start":"%s","class":"in_turn","vehicle":{"country":"KZ","plate":"B%s",'
    .. '"vin":"BENCH%012d","trailer":"","phone":"+99900%07d","drivers":["Bench Driver"]}}',
    place[1], place[2], truck, tonumber(truck) % 1000000000000, count)
  return wrk.format("POST", "/api/v1/bookings", {
    ["Authorization"] = "Bearer " .. key,
    ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = "bench-" .. truck,
  }, body)
end
