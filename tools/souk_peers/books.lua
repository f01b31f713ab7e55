-- Adds up what order.lua has written. KEYS: the stock, the ledger. Returns what is left, the
-- ledger's entries and units, the answers that are kept, and the repeats.
local step, entries, units = 5000, redis.call ('LLEN', KEYS[2]), 0
for first = 0, entries - 1, step do
    for _, entry in ipairs (redis.call ('LRANGE', KEYS[2], first, first + step - 1)) do
        units = units + tonumber (string.match (entry, '^order:%d+:%d+ (%d+) %d+$'))
    end
end
local others = redis.call ('EXISTS', KEYS[1], KEYS[2], 'repeats')
return { tonumber (redis.call ('GET', KEYS[1])), entries, units,
         redis.call ('DBSIZE') - others, tonumber (redis.call ('GET', 'repeats') or 0) }
