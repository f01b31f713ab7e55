// The statements that write records, as store_sqlite_write.c runs them.
#include "actors/store/store_sqlite.h"

static const char *const put_sql[PUT_COUNT] = {
    [PUT_BEGIN] = "BEGIN IMMEDIATE",
    [PUT_COMMIT] = "COMMIT",
    [PUT_ROLLBACK] = "ROLLBACK",
    [PUT_WAREHOUSE] =
        "INSERT INTO warehouse (id, epoch, version, market) VALUES (1, ?1, ?2, ?3)"
        " ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, version = excluded.version"
        " WHERE market = excluded.market",
    [PUT_PRODUCT] = "INSERT INTO products (id, name) VALUES (?1, ?2)"
                    " ON CONFLICT (id) DO UPDATE SET name = name WHERE name = excluded.name",
    [PUT_LOT] =
        "INSERT INTO lots (id, seller, number, trader, product, price_cents, quantity, unsold,"
        "                  at_ms, rank)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
        " ON CONFLICT (id) DO UPDATE SET unsold = excluded.unsold"
        " WHERE (seller, number, trader, product, price_cents, quantity, rank)"
        "     = (excluded.seller, excluded.number, excluded.trader, excluded.product,"
        "        excluded.price_cents, excluded.quantity, excluded.rank)",
    [PUT_LOT_LEFT] = "UPDATE lots SET unsold = ?2 WHERE id = ?1",
    [PUT_ORDER] =
        "INSERT INTO orders (buyer, number, trader, product, quantity, all_or_nothing, outcome,"
        "                    units, missing, amount_cents, lot, seller, lot_units, price_cents,"
        "                    commission_cents, at_ms)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
    [PUT_ORDER_AGAIN] =
        "SELECT id FROM orders WHERE number = ?2 AND buyer = ?1"
        " AND (trader, product, quantity, all_or_nothing, outcome, units, missing, amount_cents)"
        "   = (?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
        " AND (lot, seller, lot_units, price_cents, commission_cents)"
        "  IS (?11, ?12, ?13, ?14, ?15)",
    [PUT_FILL] = "INSERT INTO further_fills (id, lot, seller, units, price_cents, commission_cents)"
                 " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    [PUT_FILL_AGAIN] = "SELECT id FROM further_fills WHERE id = ?1"
                       " AND (lot, seller, units, price_cents, commission_cents)"
                       "   = (?2, ?3, ?4, ?5, ?6)",
    [PUT_ACCOUNT] = "INSERT INTO accounts (node, balance_cents) VALUES (?1, ?2)"
                    " ON CONFLICT (node) DO UPDATE SET balance_cents = excluded.balance_cents",
    [PUT_TRADER] =
        "INSERT INTO traders (id, epoch, nonce, batch, applied) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, nonce = excluded.nonce,"
        "   batch = excluded.batch, applied = excluded.applied",
    [PUT_VIEW] = "INSERT INTO views (trader, view, began, backup, taker, closed, state, router)"
                 " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
                 " ON CONFLICT (trader) DO UPDATE SET view = excluded.view,"
                 "   began = excluded.began, backup = excluded.backup, taker = excluded.taker,"
                 "   closed = excluded.closed, state = excluded.state, router = excluded.router",
    [PUT_LEASE] = "INSERT INTO leases (trader, lot, units)"
                  " SELECT ?1, ?2, ?3 FROM lots WHERE id = ?2"
                  " ON CONFLICT (trader, lot) DO UPDATE SET units = excluded.units",
    [PUT_LEASE_OVER] = "DELETE FROM leases WHERE trader = ?1 AND lot = ?2",
    [PUT_LEASE_STATE] =
        "INSERT INTO lease_states (trader, product, epoch, number, budget, clean)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        " ON CONFLICT (trader, product) DO UPDATE SET epoch = excluded.epoch,"
        "   number = excluded.number, budget = excluded.budget, clean = excluded.clean",
    [PUT_SEATS] = "INSERT INTO seating (id, term, leader, seats) VALUES (1, ?1, ?2, ?3)"
                  " ON CONFLICT (id) DO UPDATE SET term = excluded.term,"
                  "   leader = excluded.leader, seats = excluded.seats"
                  " WHERE term < excluded.term OR (term, leader, seats)"
                  "   = (excluded.term, excluded.leader, excluded.seats)",
};

const char *const store_sqlite_put_names[PUT_COUNT] = {
    [PUT_WAREHOUSE] = "warehouse",
    [PUT_PRODUCT] = "product",
    [PUT_LOT] = "lot",
    [PUT_LOT_LEFT] = "lot",
    [PUT_ORDER] = "order",
    [PUT_FILL] = "fill",
    [PUT_ACCOUNT] = "account",
    [PUT_TRADER] = "trader",
    [PUT_VIEW] = "view",
    [PUT_LEASE] = "lease",
    [PUT_LEASE_STATE] = "lease state",
    [PUT_SEATS] = "seating",
};

int store_sqlite_prepare (struct store_sqlite *self)
{
    for (int i = 0; i < PUT_COUNT; i++) {
        int rc = sqlite3_prepare_v3 (self->db, put_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                                     &self->put[i], NULL);
        if (rc != SQLITE_OK) {
            return rc;
        }
    }
    return SQLITE_OK;
}
