#include "actors/store/verify_rules.h"

#include "schemas/limits.h"

// What one lot's fills sum to.
#define SOLD_BY_LOT "(SELECT lot, sum (units) AS units FROM " FILLS " GROUP BY lot)"

// What the further fills of the order at hand sum to: their ids follow from its own.
#define SUM_FURTHER(what)                                           \
    "(SELECT ifnull (sum (" what "), 0) FROM further_fills AS more" \
    " WHERE more.id BETWEEN orders.id * 16 + 1 AND orders.id * 16 + 15)"

// What every account's entries sum to: the three legs of each fill. All fills are sorted but once.
#define ENTRIES                                                                                  \
    "sales AS MATERIALIZED (SELECT buyer, seller, trader, sum (units * price_cents) AS cents,"   \
    "  sum (commission_cents) AS fee FROM " FILLS " GROUP BY buyer, seller, trader),"            \
    " entries (node, amount_cents) AS MATERIALIZED (SELECT node, sum (amount_cents) FROM ("      \
    "  SELECT buyer AS node, -cents AS amount_cents FROM sales"                                  \
    "  UNION ALL SELECT seller, cents - fee FROM sales UNION ALL SELECT trader, fee FROM sales)" \
    " GROUP BY node)"

// A market's id is drawn from 32 bits.
#define MARKET_MAX INT64_C (0xFFFFFFFF)

// What a warehouse that starts would refuse is no market either.
const struct verify_limit verify_limits[] = {
    {":integer", LIMIT_INTEGER},   {":node", LIMIT_NODE},         {":quantity", LIMIT_QUANTITY},
    {":price", LIMIT_PRICE_CENTS}, {":name", LIMIT_PRODUCT_NAME}, {":products", LIMIT_PRODUCTS},
    {":traders", LIMIT_TRADERS},   {":clients", LIMIT_CLIENTS},   {":lots", LIMIT_LOTS},
    {":market", MARKET_MAX},       {":endpoint", LIMIT_ENDPOINT}, {":leased", LIMIT_LEASED_LOTS},
    {":vector", LIMIT_VECTOR},
};

const size_t verify_limit_count = sizeof verify_limits / sizeof *verify_limits;

const struct verify_rule verify_rules[] = {
    {"a product's units are conserved",
     "SELECT format ('product %s: %d units came, %d are unsold and %d were sold',"
     "  name, came, unsold, sold)"
     " FROM (SELECT products.id, name, ifnull (came, 0) AS came, ifnull (unsold, 0) AS unsold,"
     "   ifnull (sold, 0) AS sold FROM products"
     "  LEFT JOIN (SELECT product, sum (quantity) AS came, sum (unsold) AS unsold FROM lots"
     "   GROUP BY product) AS stock ON stock.product = products.id"
     "  LEFT JOIN (SELECT product, sum (units) AS sold FROM orders"
     "   GROUP BY product) AS sales ON sales.product = products.id)"
     " WHERE came <> unsold + sold OR came < 0 OR unsold < 0 OR sold < 0"
     " ORDER BY id LIMIT 1"},

    {"a lot's units are conserved",
     "SELECT format ('lot %d of seller %d (restock %d): %d units came, %d are unsold and %d were"
     " sold', id, seller, number, quantity, unsold, ifnull (units, 0))"
     " FROM lots LEFT JOIN " SOLD_BY_LOT " ON lot = id"
     " WHERE quantity < 1 OR unsold < 0 OR quantity <> unsold + ifnull (units, 0)"
     " ORDER BY id LIMIT 1"},

    {"a lot is of a product",
     "SELECT format ('lot %d of seller %d (restock %d) is of product %d, which is not there',"
     "  id, seller, number, product)"
     " FROM lots WHERE product NOT IN (SELECT id FROM products) ORDER BY id LIMIT 1"},

    {"an order is for a product",
     "SELECT format ('order %d of buyer %d is for product %d, which is not there',"
     "  number, buyer, product)"
     " FROM orders WHERE product NOT IN (SELECT id FROM products)"
     "  AND NOT (product = 0 AND units = 0)"  // For something that nobody ever offered.
     " ORDER BY buyer, number LIMIT 1"},

    {"an order's units are those of its fills",
     "SELECT format ('order %d of buyer %d is for %d units at %d cents, and its fills for %d units"
     " at %d cents', number, buyer, units, amount_cents, fill_units, fill_cents)"
     " FROM (SELECT number, buyer, orders.units, orders.amount_cents,"
     "   ifnull (lot_units, 0) + " SUM_FURTHER (
         "more.units") " AS fill_units,"
                       "   ifnull (lot_units * price_cents, 0)"
                       "    + " SUM_FURTHER (
                           "more.units * more.price_cents") " AS fill_cents FROM orders)"
                                                            " WHERE units <> fill_units OR "
                                                            "amount_cents <> fill_cents ORDER BY "
                                                            "buyer, number LIMIT 1"},

    {"an order's status fits its units",
     "SELECT format ('order %d of buyer %d is %s with %d of %d units and %d missing%s',"
     "  number, buyer, " OUTCOME_WORDS ", units, quantity, missing,"
     "  CASE all_or_nothing WHEN 0 THEN '' ELSE ' (all or nothing)' END)"
     " FROM orders WHERE NOT ("
     "  quantity >= 1 AND units >= 0 AND missing >= 0 AND units + missing <= quantity"
     "  AND CASE outcome"
     "   WHEN " OUTCOME_SOLD
     " THEN units >= 1 AND missing = 0 AND (NOT all_or_nothing OR units = quantity)"
     "   WHEN " OUTCOME_OVERSOLD " THEN missing >= 1 AND (NOT all_or_nothing OR units = 0)"
     "   WHEN " OUTCOME_OUT_OF_STOCK " THEN units = 0 AND missing = 0"
     "   WHEN " OUTCOME_TOO_MANY_LOTS " THEN units = 0 AND missing = 0"
     "   ELSE 0 END)"
     " ORDER BY buyer, number LIMIT 1"},

    {"what is leased of a lot is there",
     "SELECT format ('lot %d of seller %d (restock %d): %d units are leased, and %d are unsold',"
     "  id, seller, number, units, unsold)"
     " FROM lots JOIN (SELECT lot, sum (units) AS units FROM leases GROUP BY lot) ON lot = id"
     " WHERE units > unsold ORDER BY id LIMIT 1"},

    {"a lease is of units of a lot",
     "SELECT format ('trader %d has a lease of %d units of lot %d%s', leases.trader, units, lot,"
     "  CASE WHEN lots.id IS NULL THEN ', which is not there' ELSE '' END)"
     " FROM leases LEFT JOIN lots ON lots.id = lot"
     " WHERE lots.id IS NULL OR (units >= 1) IS NOT TRUE ORDER BY leases.trader, lot LIMIT 1"},

    {"who has a lease is live, or is being taken over",
     "SELECT format ('trader %d %s, and has a lease of %d units of lot %d', leases.trader,"
     "  CASE WHEN state IS NULL THEN 'is not there' ELSE 'is ' || state END, units, lot)"
     " FROM leases LEFT JOIN views ON views.trader = leases.trader"
     " WHERE state IS NULL OR state NOT IN ('live', 'taking')"
     " ORDER BY leases.trader, lot LIMIT 1"},

    {"who has units of a budget is live, or is being taken over",
     "SELECT format ('trader %d %s, and has %d units of the budget of product %d', held.trader,"
     "  CASE WHEN state IS NULL THEN 'is not there' ELSE 'is ' || state END, budget, product)"
     " FROM lease_states AS held LEFT JOIN views ON views.trader = held.trader"
     " WHERE budget <> 0 AND (state IS NULL OR state NOT IN ('live', 'taking'))"
     " ORDER BY held.trader, product LIMIT 1"},

    {"who has a lease asked for it",
     "SELECT format ('trader %d has a lease of lot %d, and never asked for product %d',"
     "  leases.trader, lot, lots.product)"
     " FROM leases JOIN lots ON lots.id = lot LEFT JOIN lease_states AS held"
     "  ON held.trader = leases.trader AND held.product = lots.product"
     " WHERE held.trader IS NULL ORDER BY leases.trader, lot LIMIT 1"},

    {"a trader has leases of so many lots",
     "SELECT format ('trader %d has leases of %d lots of product %d%s, and may have %d in all',"
     "  trader, lots, product, CASE budget WHEN 0 THEN '' ELSE ' and of its budget' END, :leased)"
     " FROM (SELECT leases.trader, lots.product, count (*) AS lots,"
     "   ifnull (max (held.budget > 0), 0) AS budget FROM leases JOIN lots ON lots.id = lot"
     "  LEFT JOIN lease_states AS held"
     "   ON held.trader = leases.trader AND held.product = lots.product"
     "  GROUP BY leases.trader, lots.product)"
     " WHERE lots + budget > :leased ORDER BY trader, product LIMIT 1"},

    {"how a trader stands with a product's leases is within bounds",
     "SELECT format ('trader %d stands out of bounds with the leases of product %d: epoch %d,"
     " number %d, %d units of its budget', trader, product, held.epoch, number, budget)"
     " FROM lease_states AS held LEFT JOIN traders ON traders.id = trader"
     " WHERE (held.epoch BETWEEN 1 AND traders.epoch AND number BETWEEN 1 AND :integer"
     "  AND budget BETWEEN 0 AND :integer AND clean IN (0, 1)"
     "  AND product IN (SELECT id FROM products)) IS NOT TRUE"
     " ORDER BY trader, product LIMIT 1"},

    // Without the key, which is there to keep this rule and might have been left out.
    {"an order has one outcome",
     "SELECT format ('order %d of buyer %d has %d outcomes', number, buyer, count (*))"
     " FROM orders NOT INDEXED GROUP BY number, buyer HAVING count (*) > 1"
     " ORDER BY buyer, number LIMIT 1"},

    {"a restock has one outcome",
     "SELECT format ('restock %d of seller %d brought %d lots', number, seller, count (*))"
     " FROM lots GROUP BY seller, number HAVING count (*) > 1 ORDER BY seller, number LIMIT 1"},

    {"a number is an order or a restock",
     "SELECT format ('number %d of node %d is an order and a restock (lot %d)',"
     "  orders.number, buyer, lots.id)"
     " FROM lots JOIN orders ON buyer = lots.seller AND orders.number = lots.number"
     " ORDER BY buyer, orders.number LIMIT 1"},

    {"a fill has its order",
     "SELECT format ('fill %d is for the order in row %d, which %s', more.id, more.id / 16,"
     "  CASE WHEN orders.id IS NULL THEN 'is not there' ELSE 'has no first one' END)"
     " FROM further_fills AS more LEFT JOIN orders ON orders.id = more.id / 16"
     " WHERE orders.id IS NULL OR lot_units IS NULL OR more.id % 16 = 0"
     " ORDER BY more.id LIMIT 1"},

    {"an order's fills follow one another",
     "SELECT format ('fill %d is in place %d of the order in row %d, and none is in place %d',"
     "  id, id % 16, id / 16, id % 16 - 1)"
     " FROM (SELECT id, lag (id, 1, 0) OVER (ORDER BY id) AS before FROM further_fills"
     "  WHERE id % 16 > 0)"
     " WHERE id % 16 > 1 AND id <> before + 1 ORDER BY id LIMIT 1"},

    {"a first fill is whole",
     "SELECT format ('order %d of buyer %d has a part of a fill', number, buyer) FROM orders"
     " WHERE (lot IS NULL) + (seller IS NULL) + (lot_units IS NULL) + (price_cents IS NULL)"
     "  + (commission_cents IS NULL) NOT IN (0, 5)"
     " ORDER BY buyer, number LIMIT 1"},

    {"an order has one fill of a lot",
     "SELECT format ('order %d of buyer %d has %d fills of lot %d', number, buyer, count (*), lot)"
     " FROM " FILLS " WHERE id / 16 IN (SELECT id / 16 FROM further_fills)"
     " GROUP BY id / 16, lot HAVING count (*) > 1 ORDER BY buyer, number LIMIT 1"},

    {"a fill has its lot",
     "SELECT CASE WHEN lots.id IS NULL THEN"
     "   format ('fill %d is from lot %d, which is not there', fills.id, fills.lot)"
     "  WHEN lots.product <> fills.product THEN"
     "   format ('fill %d is of product %d, and order %d of buyer %d for product %d',"
     "    fills.id, lots.product, fills.number, fills.buyer, fills.product)"
     "  ELSE format ('fill %d is from seller %d at %d cents, and lot %d of seller %d at %d cents',"
     "    fills.id, fills.seller, fills.price_cents, lots.id, lots.seller, lots.price_cents) END"
     " FROM " FILLS " AS fills LEFT JOIN lots ON lots.id = fills.lot"
     " WHERE lots.id IS NULL OR lots.product <> fills.product OR lots.seller <> fills.seller"
     "  OR lots.price_cents <> fills.price_cents"
     " ORDER BY fills.id LIMIT 1"},

    {"a fill is of units at a price",
     "SELECT format ('fill %d is of %d units at %d cents', id, units, price_cents)"
     " FROM " FILLS
     " WHERE units NOT BETWEEN 1 AND :quantity OR price_cents NOT BETWEEN 1 AND :price"
     " ORDER BY id LIMIT 1"},

    {"a commission is a part of the amount",
     "SELECT format ('fill %d: the commission is %d cents of %d',"
     "  id, commission_cents, units * price_cents)"
     " FROM " FILLS " WHERE commission_cents NOT BETWEEN 0 AND units * price_cents"
     " ORDER BY id LIMIT 1"},

    {"an account is what its entries sum to",
     "WITH " ENTRIES
     " SELECT format ('the account of node %d holds %d cents, and its entries sum to %d',"
     "  node, ifnull (accounts.balance_cents, 0), ifnull (entries.amount_cents, 0))"
     " FROM (SELECT node FROM accounts UNION SELECT node FROM entries)"
     " LEFT JOIN accounts USING (node) LEFT JOIN entries USING (node)"
     " WHERE ifnull (accounts.balance_cents, 0) <> ifnull (entries.amount_cents, 0)"
     " ORDER BY node LIMIT 1"},

    {"the accounts sum to zero",
     "SELECT format ('the accounts sum to %d cents', sum (balance_cents))"
     " FROM accounts HAVING sum (balance_cents) <> 0"},

    // A store that was made, and whose warehouse has not yet started, has no rows at all.
    {"a market has one warehouse",
     "SELECT CASE count (*) WHEN 1 THEN format ('the warehouse is out of bounds: epoch %d,"
     " version %d, market %d', max (epoch), max (version), max (market))"
     "  ELSE format ('the warehouse has %d rows, and not one', count (*)) END"
     " FROM warehouse HAVING CASE count (*)"
     "  WHEN 0 THEN EXISTS (SELECT 1 FROM products) OR EXISTS (SELECT 1 FROM lots)"
     "   OR EXISTS (SELECT 1 FROM orders) OR EXISTS (SELECT 1 FROM accounts)"
     "   OR EXISTS (SELECT 1 FROM traders) OR EXISTS (SELECT 1 FROM views)"
     "  WHEN 1 THEN (max (epoch) BETWEEN 1 AND :integer"
     "   AND max (version) BETWEEN 0 AND :integer"
     "   AND max (market) BETWEEN 1 AND :market) IS NOT TRUE"
     "  ELSE 1 END"},

    {"the seating is one that could be granted",
     "SELECT format ('the seats of term %d are %s, with leader %d: they are no seating',"
     "  term, seats, leader) FROM seating"
     " WHERE (term BETWEEN 1 AND :integer AND json_valid (seats)"
     "  AND CASE WHEN json_valid (seats) THEN json_type (seats) = 'array'"
     "   AND json_array_length (seats) BETWEEN 1 AND :vector"
     "   AND leader IN (SELECT value FROM json_each (seats))"
     "   AND NOT EXISTS (SELECT 1 FROM json_each (seats) AS seat"
     "    WHERE (type = 'integer' AND value BETWEEN 1 AND :node) IS NOT TRUE"
     "     OR value <= (SELECT value FROM json_each (seats) AS other"
     "      WHERE other.key = seat.key - 1)) END) IS NOT TRUE LIMIT 1"},

    {"who trades holds a seat",
     "SELECT format ('trader %d is live, and holds no seat of term %d: %s', trader, term, seats)"
     " FROM views JOIN seating ON state = 'live' WHERE json_valid (seats)"
     "  AND trader NOT IN (SELECT value FROM json_each (seats)) ORDER BY trader LIMIT 1"},

    {"a market is within its size",
     "SELECT format ('the market has %d traders, %d clients and %d lots with unsold units, and"
     " may have %d, %d and %d', traders, clients, stock, :traders, :clients, :lots)"
     " FROM (SELECT count (*) AS traders FROM traders),"
     "  (SELECT count (*) AS clients FROM (SELECT buyer FROM orders NOT INDEXED"
     "   UNION SELECT seller FROM lots)),"
     "  (SELECT count (*) AS stock FROM lots WHERE unsold > 0)"
     " WHERE traders > :traders OR clients > :clients OR stock > :lots"},

    {"a trader is within bounds",
     "SELECT format ('trader %d is out of bounds: epoch %d, nonce %d, batch %d, applied %d',"
     "  id, epoch, nonce, batch, applied)"
     " FROM traders WHERE (id BETWEEN 1 AND :node AND epoch BETWEEN 1 AND :integer"
     "  AND nonce BETWEEN 0 AND :integer AND batch BETWEEN 0 AND :integer"
     "  AND applied BETWEEN 0 AND :integer) IS NOT TRUE ORDER BY id LIMIT 1"},

    {"a trader has a view, and a view its trader",
     "SELECT CASE WHEN traders.id IS NULL THEN format ('there is a view of trader %d, and no such"
     " trader', node) ELSE format ('trader %d has no view', node) END"
     " FROM (SELECT id AS node FROM traders UNION SELECT trader FROM views)"
     " LEFT JOIN traders ON traders.id = node LEFT JOIN views ON views.trader = node"
     " WHERE traders.id IS NULL OR views.trader IS NULL ORDER BY node LIMIT 1"},

    {"a view is within bounds",
     "SELECT format ('the view of trader %d is out of bounds: view %d, backup %d, taker %d, a"
     " router of %d bytes', trader, view, backup, taker, length (CAST (router AS BLOB)))"
     " FROM views WHERE (view BETWEEN 1 AND :integer AND backup BETWEEN 0 AND :node"
     "  AND taker BETWEEN 0 AND :node AND length (CAST (router AS BLOB)) <= :endpoint) IS NOT TRUE"
     " ORDER BY trader LIMIT 1"},

    {"a view is of the trader's epochs",
     "SELECT format ('the view of trader %d contradicts its epoch %d: its writes count since %d,"
     " and %d is closed', trader, epoch, began, closed)"
     " FROM views JOIN traders ON id = trader"
     " WHERE (began BETWEEN 1 AND epoch AND closed BETWEEN 0 AND epoch + 1) IS NOT TRUE"
     " ORDER BY trader LIMIT 1"},

    {"a view's state fits who backs up and who takes over",
     "SELECT format ('the view of trader %d is %s with backup %d and taker %d',"
     "  trader, state, backup, taker)"
     " FROM views WHERE (state IN ('live', 'taking', 'failed', 'left')"
     "  AND (backup = 0 OR (state = 'live' AND backup <> trader))"
     "  AND (taker = 0) = (state <> 'taking') AND taker <> trader) IS NOT TRUE"
     " ORDER BY trader LIMIT 1"},

    {"who backs up and who takes over is a trader",
     "SELECT format ('the view of trader %d names trader %d, which is not there',"
     "  trader, backup + taker)"
     " FROM views WHERE backup + taker NOT IN (SELECT id FROM traders) AND backup + taker <> 0"
     "  AND (backup = 0 OR taker = 0)"
     " ORDER BY trader LIMIT 1"},

    {"a product has a name of its own",
     "SELECT format ('product %d is named \"%s\", which %s', id, name,"
     "  CASE WHEN twin IS NULL THEN 'is no product''s name'"
     "   ELSE format ('product %d is named, too', twin) END)"
     " FROM (SELECT id, name, (SELECT min (id) FROM products AS other"
     "   WHERE other.name = products.name AND other.id < products.id) AS twin FROM products)"
     " WHERE twin IS NOT NULL OR (length (name) BETWEEN 1 AND :name"
     "  AND name NOT GLOB '*[^a-z0-9_-]*') IS NOT TRUE ORDER BY id LIMIT 1"},

    {"products are numbered from 1 on",
     "SELECT format ('product %d is in place %d of at most %d', id, place, :products)"
     " FROM (SELECT id, row_number () OVER (ORDER BY id) AS place FROM products)"
     " WHERE id <> place OR place > :products ORDER BY id LIMIT 1"},

    {"a lot is within bounds",
     "SELECT format ('lot %d of seller %d (restock %d) is out of bounds: %d units at %d cents,"
     " through trader %d', id, seller, number, quantity, price_cents, trader)"
     " FROM lots WHERE (id BETWEEN 1 AND :integer AND seller BETWEEN 1 AND :node"
     "  AND number BETWEEN 1 AND :integer AND trader BETWEEN 1 AND :node"
     "  AND quantity BETWEEN 1 AND :quantity AND price_cents BETWEEN 1 AND :price) IS NOT TRUE"
     " ORDER BY id LIMIT 1"},

    {"a lot's rank is within bounds",
     "SELECT format ('lot %d of seller %d (restock %d) has the rank %d', id, seller, number, rank)"
     " FROM lots WHERE (rank BETWEEN 0 AND :integer) IS NOT TRUE ORDER BY id LIMIT 1"},

    {"an order is within bounds",
     "SELECT format ('order %d of buyer %d is out of bounds: %d units, for %d cents, through"
     " trader %d', number, buyer, quantity, amount_cents, trader)"
     " FROM orders NOT INDEXED WHERE (buyer BETWEEN 1 AND :node"
     "  AND number BETWEEN 1 AND :integer AND trader BETWEEN 1 AND :node"
     "  AND quantity BETWEEN 1 AND :quantity AND amount_cents BETWEEN 0 AND :integer) IS NOT TRUE"
     " ORDER BY buyer, number LIMIT 1"},

    {"an account is within bounds",
     "SELECT format ('the account of node %d is out of bounds: %d cents', node, balance_cents)"
     " FROM accounts WHERE (node BETWEEN 1 AND :node"
     "  AND balance_cents BETWEEN -:integer AND :integer) IS NOT TRUE ORDER BY node LIMIT 1"},

    // The entries of each index, too, against the rows of its table: a warehouse that starts reads
    // the orders' key alone, and a key that lacks an entry keeps nothing unique.
    // SQLite puts a heading above the damage to a page.
    {"the file is whole",
     "SELECT format ('the file is damaged: %s', CASE WHEN integrity_check GLOB '[*][*][*] in *'"
     "  THEN substr (integrity_check, instr (integrity_check, char (10)) + 1)"
     "  ELSE integrity_check END)"
     " FROM pragma_integrity_check (1) WHERE integrity_check <> 'ok' LIMIT 1"},
};

const size_t verify_rule_count = sizeof verify_rules / sizeof *verify_rules;

// A unit that was promised beyond the stock, and for which one came in time, counts no more.
const struct verify_rule verify_budget_rule = {
    "a product is oversold within its budget",
    "SELECT format ('product %s: %d units beyond the stock are leased and %d were oversold, and its"
    " budget is %d', name, leased, missed, ?2 + came * ?3 / 100)"
    " FROM (SELECT name,"
    "  (SELECT ifnull (sum (quantity), 0) FROM lots WHERE product = products.id) AS came,"
    "  (SELECT ifnull (sum (budget), 0) FROM lease_states WHERE product = products.id) AS leased,"
    "  (SELECT ifnull (sum (missing), 0) FROM orders NOT INDEXED WHERE product = products.id)"
    "   AS missed FROM products WHERE name = ?1)"
    " WHERE leased + missed > ?2 + came * ?3 / 100 LIMIT 1"};
