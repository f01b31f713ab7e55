-- An order of one product, by EVALSHA: answered once, whatever happens, and the same when it is
-- sent again. KEYS: the order (buyer and number), the stock, the ledger. ARGV: units, price.
local answer = redis.call ('GET', KEYS[1])
if answer then
    redis.call ('INCR', 'repeats')
    return answer
end
if tonumber (redis.call ('GET', KEYS[2])) >= tonumber (ARGV[1]) then
    redis.call ('DECRBY', KEYS[2], ARGV[1])
    redis.call ('RPUSH', KEYS[3], KEYS[1] .. ' ' .. ARGV[1] .. ' ' .. ARGV[2])
    answer = 'sold'
else
    answer = 'out_of_stock'
end
redis.call ('SET', KEYS[1], answer)
return answer
