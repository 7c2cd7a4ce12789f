-- GET requests in turn over the paths of a file, with a key when one is given.
-- Arguments: key or "-", file with a path on each line.
package.path = package.path .. ";" .. os.getenv("KEZEK_LUA") .. "/?.lua"
require("done")

local made = {}
local count = 0

function init(args)
  local headers = {}
  if args[1] ~= "-" then headers["Authorization"] = "Bearer " .. args[1] end
  for path in io.lines(args[2]) do
    made[#made + 1] = wrk.format("GET", path, headers)
  end
end

function request()
  count = count % #made + 1
  return made[count]
end
