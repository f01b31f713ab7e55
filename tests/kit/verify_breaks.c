#include "tests/kit/verify_breaks.h"

const struct verify_break verify_breaks[] = {
    {"UPDATE lots SET unsold = 4 WHERE id = 2",
     "lot 2 of seller 10 (restock 1): 5 units came, 4 are unsold and 2 were sold"},
    {"UPDATE lots SET unsold = 4 WHERE id = 2",
     "product apple: 15 units came, 4 are unsold and 12 were sold"},
    {"UPDATE lots SET unsold = -3, quantity = -1 WHERE id = 2",
     "lot 2 of seller 10 (restock 1): -1 units came, -3 are unsold and 2 were sold"},
    {"UPDATE lots SET quantity = 0, unsold = 0 WHERE id = 3; "
     "UPDATE orders SET lot = NULL, lot_units = NULL WHERE lot = 3",
     "lot 3 of seller 9 (restock 2): 0 units came, 0 are unsold and 0 were sold"},
    {"INSERT INTO further_fills VALUES (18, 3, 9, 2, 7, 2)",  // a unit sold twice
     "lot 3 of seller 9 (restock 2): 3 units came, 0 are unsold and 5 were sold"},
    {"DELETE FROM products WHERE id = 2",
     "lot 3 of seller 9 (restock 2) is of product 2, which is not there"},
    {"DELETE FROM products WHERE id = 2",
     "order 2 of buyer 7 is for product 2, which is not there"},
    {"UPDATE orders SET product = 0 WHERE units = 12",
     "order 1 of buyer 7 is for product 0, which is not there"},
    {"UPDATE orders SET units = 11 WHERE buyer = 7 AND number = 1",
     "order 1 of buyer 7 is for 11 units at 1220 cents, and its fills for 12 units at 1220 cents"},
    {"UPDATE orders SET amount_cents = 20 WHERE buyer = 7 AND number = 2",
     "order 2 of buyer 7 is for 3 units at 20 cents, and its fills for 3 units at 21 cents"},
    {"UPDATE orders SET lot = NULL, seller = NULL, lot_units = NULL, price_cents = NULL,"
     " commission_cents = NULL WHERE id = 2",
     "order 2 of buyer 7 is for 3 units at 21 cents, and its fills for 0 units at 0 cents"},
    {"UPDATE orders SET missing = 1 WHERE buyer = 7 AND number = 2",
     "order 2 of buyer 7 is sold with 3 of 5 units and 1 missing"},
    {"UPDATE orders SET all_or_nothing = 1 WHERE buyer = 7 AND number = 2",
     "order 2 of buyer 7 is sold with 3 of 5 units and 0 missing (all or nothing)"},
    {"UPDATE orders SET quantity = 2 WHERE buyer = 7 AND number = 2",
     "order 2 of buyer 7 is sold with 3 of 2 units and 0 missing"},
    {"UPDATE orders SET outcome = 1 WHERE buyer = 8 AND number = 1",
     "order 1 of buyer 8 is sold with 0 of 1 units and 0 missing"},
    {"UPDATE orders SET outcome = 3 WHERE buyer = 7 AND number = 2",
     "order 2 of buyer 7 is out_of_stock with 3 of 5 units and 0 missing"},
    {"UPDATE orders SET missing = 1 WHERE status = 'too_many_lots'",
     "order 4 of buyer 8 is too_many_lots with 0 of 900 units and 1 missing"},
    {"UPDATE orders SET missing = 0 WHERE status = 'oversold'",
     "order 2 of buyer 8 is oversold with 0 of 4 units and 0 missing (all or nothing)"},
    {"UPDATE orders SET units = 1, missing = 3 WHERE status = 'oversold'",
     "order 2 of buyer 8 is oversold with 1 of 4 units and 3 missing (all or nothing)"},
    {"UPDATE orders SET outcome = 5 WHERE buyer = 8 AND number = 3",
     "order 3 of buyer 8 is unknown with 0 of 1 units and 0 missing"},
    {"UPDATE orders SET quantity = 0 WHERE buyer = 8 AND number = 3",
     "order 3 of buyer 8 is out_of_stock with 0 of 0 units and 0 missing"},
    {"DROP VIEW sales; DROP VIEW ledger; DROP VIEW fills;"
     "CREATE TABLE copy AS SELECT * FROM orders; DROP TABLE orders;"
     "ALTER TABLE copy RENAME TO orders; INSERT INTO orders SELECT * FROM orders WHERE missing > 0",
     "order 2 of buyer 8 has 2 outcomes"},
    {"DROP VIEW sales; CREATE TABLE copy AS SELECT * FROM lots; DROP TABLE lots;"
     "ALTER TABLE copy RENAME TO lots;"
     "INSERT INTO lots SELECT 4, seller, number, trader, product, price_cents, quantity, quantity,"
     " at_ms FROM lots WHERE id = 2",
     "restock 1 of seller 10 brought 2 lots"},
    {"UPDATE orders SET buyer = 9, number = 2 WHERE buyer = 8 AND number = 1",
     "number 2 of node 9 is an order and a restock (lot 3)"},
    {"DELETE FROM orders WHERE buyer = 7 AND number = 1",
     "fill 17 is for the order in row 1, which is not there"},
    {"UPDATE orders SET lot = NULL, seller = NULL, lot_units = NULL, price_cents = NULL,"
     " commission_cents = NULL WHERE id = 1",
     "fill 17 is for the order in row 1, which has no first one"},
    {"UPDATE further_fills SET id = 16",
     "fill 16 is for the order in row 1, which has no first one"},
    {"UPDATE orders SET seller = NULL WHERE id = 2", "order 2 of buyer 7 has a part of a fill"},
    {"INSERT INTO further_fills VALUES (18, 2, 10, 1, 110, 22)",
     "order 1 of buyer 7 has 2 fills of lot 2"},
    {"DELETE FROM lots WHERE id = 2", "fill 17 is from lot 2, which is not there"},
    {"UPDATE further_fills SET seller = 9 WHERE id = 17",
     "fill 17 is from seller 9 at 110 cents, and lot 2 of seller 10 at 110 cents"},
    {"UPDATE lots SET price_cents = 111 WHERE id = 2",
     "fill 17 is from seller 10 at 110 cents, and lot 2 of seller 10 at 111 cents"},
    {"UPDATE lots SET product = 2 WHERE id = 2",
     "fill 17 is of product 2, and order 1 of buyer 7 for product 1"},
    {"UPDATE further_fills SET units = -2", "fill 17 is of -2 units at 110 cents"},
    {"UPDATE orders SET commission_cents = 22 WHERE id = 2",
     "fill 32: the commission is 22 cents of 21"},
    {"UPDATE orders SET commission_cents = -1 WHERE id = 2",
     "fill 32: the commission is -1 cents of 21"},
    {"UPDATE orders SET commission_cents = 5 WHERE id = 2",
     "the account of node 2 holds 4 cents, and its entries sum to 5"},
    {"UPDATE accounts SET balance_cents = -1240 WHERE node = 7",
     "the account of node 7 holds -1240 cents, and its entries sum to -1241"},
    {"UPDATE accounts SET balance_cents = -1240 WHERE node = 7", "the accounts sum to 1 cents"},
    {"DELETE FROM accounts WHERE node = 10",
     "the account of node 10 holds 0 cents, and its entries sum to 176"},
    // A key over some orders alone takes the place of the key over all.
    {"CREATE INDEX some ON orders (number, buyer) WHERE id > 1; PRAGMA writable_schema = ON;"
     "UPDATE sqlite_schema SET rootpage = (SELECT sum (rootpage) FROM sqlite_schema"
     "  WHERE name IN ('some', 'sqlite_autoindex_orders_1')) - rootpage"
     " WHERE name IN ('some', 'sqlite_autoindex_orders_1')",
     "the file is damaged: row 1 missing from index sqlite_autoindex_orders_1"},
    {"INSERT INTO accounts VALUES (5, 3)",
     "the account of node 5 holds 3 cents, and its entries sum to 0"},
};

const size_t verify_break_count = sizeof verify_breaks / sizeof *verify_breaks;
