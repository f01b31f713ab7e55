// Accounts and sales in words, and as JSON.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actors/store/accounts.h"
#include "actors/store/store_reader.h"

enum { MONEY_BYTES = 32, ROLES_BYTES = 32, ERROR_BYTES = 512 };

static const struct {
    enum account_role role;
    const char *name;
} role_names[] = {{ACCOUNT_BUYER, "buyer"}, {ACCOUNT_SELLER, "seller"}, {ACCOUNT_TRADER, "trader"}};

enum { ROLES = sizeof role_names / sizeof *role_names };

// "-12.05".
static const char *money (int64_t cents, char text[MONEY_BYTES])
{
    uint64_t size = cents < 0 ? 0 - (uint64_t) cents : (uint64_t) cents;
    snprintf (text, MONEY_BYTES, "%s%" PRIu64 ".%02" PRIu64, cents < 0 ? "-" : "", size / 100,
              size % 100);
    return text;
}

#define MONEY(cents) money (cents, (char[MONEY_BYTES]){0})

// A total wraps where a damaged store makes it: that is for verify to tell.
static void add (int64_t *total, int64_t value)
{
    *total = (int64_t) ((uint64_t) *total + (uint64_t) value);
}

// What is under way.
struct telling {
    const struct accounts_wanted *wanted;
    FILE *out;
    struct accounts accounts;
    int64_t count;         // of sales, or of accounts
    struct account total;  // of all that was told; of sales: earned, commission, and spent
    char *error;
    size_t error_size;
};

// The names of the roles, between these marks and with this between them.
static const char *roles (unsigned set, const char *mark, char text[ROLES_BYTES])
{
    text[0] = 0;
    for (size_t i = 0; i < ROLES; i++) {
        if (set & role_names[i].role) {
            size_t used = strlen (text);
            snprintf (text + used, ROLES_BYTES - used, "%s%s%s%s", used ? "," : "", mark,
                      role_names[i].name, mark);
        }
    }
    return text;
}

static void print_line (const struct account *account, const char *node, const char *role,
                        FILE *out)
{
    fprintf (out,
             "%6s  %-14s %8" PRId64 " %8" PRId64 " %12s %8" PRId64 " %12s %8" PRId64 " %12s %13s\n",
             node, role, account->orders, account->bought, MONEY (account->spent_cents),
             account->sold, MONEY (account->earned_cents), account->sales,
             MONEY (account->commission_cents), MONEY (account->balance_cents));
}

static void print_object (const struct account *account, FILE *out)
{
    fprintf (out,
             "\"orders\":%" PRId64 ",\"bought_units\":%" PRId64 ",\"spent_cents\":%" PRId64
             ",\"sold_units\":%" PRId64 ",\"earned_cents\":%" PRId64 ",\"sales\":%" PRId64
             ",\"commission_cents\":%" PRId64 ",\"balance_cents\":%" PRId64 "}\n",
             account->orders, account->bought, account->spent_cents, account->sold,
             account->earned_cents, account->sales, account->commission_cents,
             account->balance_cents);
}

static void print_account (const struct telling *self, int64_t node, const struct account *account)
{
    char names[ROLES_BYTES];
    if (self->wanted->json) {
        fprintf (self->out, "{\"node\":%" PRId64 ",\"roles\":[%s],", node,
                 roles (account->roles, "\"", names));
        print_object (account, self->out);
    } else {
        char id[MONEY_BYTES];
        snprintf (id, sizeof id, "%" PRId64, node);
        print_line (account, id, roles (account->roles, "", names), self->out);
    }
}

static void count_account (struct telling *self, const struct account *account)
{
    struct account *total = &self->total;
    self->count++;
    add (&total->orders, account->orders);
    add (&total->bought, account->bought);
    add (&total->spent_cents, account->spent_cents);
    add (&total->sold, account->sold);
    add (&total->earned_cents, account->earned_cents);
    add (&total->sales, account->sales);
    add (&total->commission_cents, account->commission_cents);
    add (&total->balance_cents, account->balance_cents);
}

static void print_accounts (struct telling *self)
{
    if (!self->wanted->json) {
        fprintf (self->out, "%6s  %-14s %8s %8s %12s %8s %12s %8s %12s %13s\n", "node", "role",
                 "orders", "bought", "spent", "sold", "earned", "sales", "commission", "balance");
    }
    for (int64_t node = 1; node <= LIMIT_NODE; node++) {
        struct account *account = &self->accounts.nodes[node];
        account->roles |= self->wanted->known ? self->wanted->known->nodes[node].roles : 0;
        if (account->roles != 0 || account->balance_cents != 0) {
            print_account (self, node, account);
            count_account (self, account);
        }
    }
    if (self->wanted->json) {
        fprintf (self->out, "{\"accounts\":%" PRId64 ",", self->count);
        print_object (&self->total, self->out);
    } else {
        print_line (&self->total, "all", "", self->out);
    }
}

// The few characters that a JSON string must escape (RFC 8259, section 7). A damaged store may hold
// any bytes: what is no printable ASCII is told as '?'.
static void print_string (const char *text, bool json, FILE *out)
{
    for (; *text; text++) {
        bool printable = *text >= 0x20 && *text < 0x7f;
        if (json && (*text == '"' || *text == '\\')) {
            fputc ('\\', out);
        }
        fputc (printable ? *text : '?', out);
    }
}

static void print_sale_object (const struct telling *self, const struct account_sale *sale)
{
    FILE *out = self->out;
    fprintf (out,
             "{\"sale\":%" PRId64 ",\"buyer\":%" PRId64 ",\"number\":%" PRId64 ",\"product\":\"",
             self->count, sale->buyer, sale->number);
    print_string (sale->product, true, out);
    fprintf (out,
             "\",\"units\":%" PRId64 ",\"price_cents\":%" PRId64 ",\"amount_cents\":%" PRId64
             ",\"seller\":%" PRId64 ",\"earned_cents\":%" PRId64 ",\"trader\":%" PRId64
             ",\"commission_cents\":%" PRId64 ",\"total_amount_cents\":%" PRId64
             ",\"total_earned_cents\":%" PRId64 ",\"total_commission_cents\":%" PRId64 "}\n",
             sale->units, sale->price_cents, sale->amount_cents, sale->seller,
             sale->amount_cents - sale->commission_cents, sale->trader, sale->commission_cents,
             self->total.spent_cents, self->total.earned_cents, self->total.commission_cents);
}

static void print_sale_line (const struct telling *self, const struct account_sale *sale)
{
    char order[2 * MONEY_BYTES];
    snprintf (order, sizeof order, "%" PRId64 "/%" PRId64, sale->buyer, sale->number);
    fprintf (self->out, "%7" PRId64 "  %-10s %4" PRId64 " ", self->count, order, sale->units);
    print_string (sale->product, false, self->out);
    fprintf (self->out,
             " at %s: %s = %s to seller %" PRId64 " + %s to trader %" PRId64
             "; in all %s = %s + %s\n",
             MONEY (sale->price_cents), MONEY (sale->amount_cents),
             MONEY (sale->amount_cents - sale->commission_cents), sale->seller,
             MONEY (sale->commission_cents), sale->trader, MONEY (self->total.spent_cents),
             MONEY (self->total.earned_cents), MONEY (self->total.commission_cents));
}

static void print_sale (void *context, const struct account_sale *sale)
{
    struct telling *self = context;
    self->count++;
    add (&self->total.spent_cents, sale->amount_cents);
    add (&self->total.earned_cents, sale->amount_cents - sale->commission_cents);
    add (&self->total.commission_cents, sale->commission_cents);
    if (self->wanted->json) {
        print_sale_object (self, sale);
    } else {
        print_sale_line (self, sale);
    }
}

// It may be called twice (store_reader.h): what the first call has printed goes.
static bool look (void *context, sqlite3 *db, bool at_rest)
{
    (void) at_rest;
    struct telling *self = context;
    self->count = 0;
    self->total = (struct account){0};
    memset (&self->accounts, 0, sizeof self->accounts);
    rewind (self->out);
    if (ftruncate (fileno (self->out), 0) != 0) {
        snprintf (self->error, self->error_size, "cannot write to a temporary file");
        return false;
    }
    if (self->wanted->sales) {
        return accounts_read_sales (db, print_sale, self, self->error, self->error_size);
    }
    if (!accounts_read (db, &self->accounts, self->error, self->error_size)) {
        return false;
    }
    print_accounts (self);
    return true;
}

// Copies what was printed. Whether `out` took it is for its owner to look at.
static bool copy (FILE *from, FILE *out)
{
    char bytes[16 * 1024];
    size_t size;
    bool whole = fflush (from) == 0 && !ferror (from);
    rewind (from);
    while (whole && (size = fread (bytes, 1, sizeof bytes, from)) > 0) {
        fwrite (bytes, 1, size, out);
    }
    return whole && !ferror (from);
}

int accounts_run (const char *path, const struct accounts_wanted *wanted, FILE *out)
{
    char error[ERROR_BYTES] = "cannot write to a temporary file";
    struct telling *self = calloc (1, sizeof *self);
    if (!self) {
        abort ();
    }
    self->wanted = wanted;
    self->error = error;
    self->error_size = sizeof error;
    self->out = tmpfile ();
    bool told = self->out && store_reader_look (path, look, self, error, sizeof error);
    if (told && !copy (self->out, out)) {
        snprintf (error, sizeof error, "cannot write to a temporary file");
        told = false;
    }
    if (!told) {
        fprintf (stderr, "souk accounts: %s\n", error);
    }
    if (self->out) {
        fclose (self->out);
    }
    free (self);
    return told ? 0 : 1;
}
