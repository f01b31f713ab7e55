// A verdict in words, and as JSON.
#include <inttypes.h>
#include <string.h>

#include "actors/store/verify.h"

static void print_product (const char *name, const struct verdict_product *product, FILE *out)
{
    fprintf (out, "%-24s %12" PRId64 " %12" PRId64 " %12" PRId64 " %12" PRId64 "\n", name,
             product->restocked, product->sold, product->unsold, product->leased);
}

static void print_products (const struct verdict *verdict, FILE *out)
{
    fprintf (out, "%-24s %12s %12s %12s %12s\n", "product", "restocked", "sold", "unsold",
             "of it leased");
    for (size_t i = 0; i < verdict->product_count; i++) {
        print_product (verdict->products[i].name, &verdict->products[i], out);
    }
    const struct verdict_product all = {NULL, verdict->restocked_units, verdict->sold_units,
                                        verdict->left_units, verdict->leased_units};
    print_product ("all", &all, out);
    fputc ('\n', out);
}

static void print_orders (const struct verdict *verdict, FILE *out)
{
    fprintf (out, "orders\n");
    fprintf (out, "%-24s %12" PRId64 "\n", "sold", verdict->sold_orders);
    fprintf (out, "%-24s %12" PRId64 "\n", "out of stock", verdict->out_of_stock);
    fprintf (out, "%-24s %12" PRId64 "\n", "too many lots", verdict->too_many_lots);
    fprintf (out, "%-24s %12" PRId64 "   (%" PRId64 " units missing)\n", "oversold",
             verdict->oversold, verdict->missing_units);
    fprintf (out, "%-24s %12" PRId64 "\n\n", "all", verdict->orders);
}

static void print_accounts (const struct verdict *verdict, FILE *out)
{
    fprintf (out, "%-24s %12s\n", "account of node", "cents");
    int64_t sum = 0;
    for (size_t i = 0; i < verdict->account_count; i++) {
        const struct verdict_account *account = &verdict->accounts[i];
        fprintf (out, "%-24" PRId64 " %12" PRId64 "\n", account->node, account->balance_cents);
        sum = (int64_t) ((uint64_t) sum + (uint64_t) account->balance_cents);
    }
    fprintf (out, "%-24s %12" PRId64 "\n\n", "all", sum);
}

// "30 fish, 7 salt and 2 pears"; a budget's units, which are not there, behind those that are.
static void print_amounts (const struct verdict_leased *leased, size_t count, FILE *out)
{
    for (size_t i = 0; i < count; i++) {
        fprintf (out, "%s%" PRId64 " %s",
                 i == 0           ? ""
                 : i + 1 == count ? " and "
                                  : ", ",
                 leased[i].units, leased[i].product);
        if (leased[i].budget != 0) {
            fprintf (out, " (with %" PRId64 " beyond the stock)", leased[i].budget);
        }
    }
    fputs (count == 1 && leased->units == 1 ? " is" : " are", out);
}

// How many entries from the first one on are of the same trader.
static size_t count_leased (const struct verdict *verdict, size_t first)
{
    size_t end = first;
    while (end < verdict->leased_count
           && verdict->leased[end].trader == verdict->leased[first].trader) {
        end++;
    }
    return end - first;
}

static void print_stranded_leases (const struct verdict *verdict, int64_t trader, FILE *out)
{
    for (size_t i = 0; i < verdict->leased_count; i++) {
        if (verdict->leased[i].trader == trader) {
            fputs ("; ", out);
            print_amounts (&verdict->leased[i], count_leased (verdict, i), out);
            fputs (" leased to it", out);
            return;
        }
    }
}

// Those of a trader that is being taken over are told with the takeover.
static void print_leased (const struct verdict *verdict, FILE *out)
{
    size_t count;
    for (size_t i = 0; i < verdict->leased_count; i += count) {
        const struct verdict_leased *leased = &verdict->leased[i];
        count = count_leased (verdict, i);
        if (strcmp (leased->state, "taking") == 0) {
            continue;
        }
        fprintf (out,
                 leased->stranded ? "stranded: trader %" PRId64 " has not left: "
                                  : "leased: to trader %" PRId64 ": ",
                 leased->trader);
        print_amounts (leased, count, out);
        fputs (leased->stranded
                   ? " leased to it, until it comes back with its journal, is taken over,"
                     " or is abandoned\n"
                   : " its own to sell\n",
               out);
    }
}

void verify_print_text (const struct verdict *verdict, FILE *out)
{
    print_products (verdict, out);
    print_orders (verdict, out);
    print_accounts (verdict, out);
    for (size_t i = 0; i < verdict->stranded_count; i++) {
        const struct verdict_stranded *stranded = &verdict->stranded[i];
        fprintf (out,
                 "stranded: trader %" PRId64 ", until trader %" PRId64
                 " has taken it over (epoch %" PRId64 ", %" PRId64 " of its decisions are in)",
                 stranded->trader, stranded->taker, stranded->epoch, stranded->applied);
        print_stranded_leases (verdict, stranded->trader, out);
        fputc ('\n', out);
    }
    print_leased (verdict, out);
    for (size_t i = 0; i < verdict->problem_count; i++) {
        fprintf (out, "problem: %s\n", verdict->problems[i]);
    }
    fprintf (out, "conserved: %s\n", verdict->conserved ? "yes" : "NO");
}

// The few characters that a JSON string must escape (RFC 8259, section 7). A damaged store may
// hold any bytes: what is not ASCII is told as '?', so that the output is valid whatever it was.
static void print_string (const char *text, FILE *out)
{
    fputc ('"', out);
    for (; *text; text++) {
        unsigned char c = (unsigned char) *text;
        if (c == '"' || c == '\\') {
            fprintf (out, "\\%c", c);
        } else if (c < 0x20) {
            fprintf (out, "\\u%04x", c);
        } else {
            fputc (c < 0x7f ? c : '?', out);
        }
    }
    fputc ('"', out);
}

static const char *comma (size_t index)
{
    return index == 0 ? "" : ",";
}

static void print_book (const struct verdict_book *book, FILE *out)
{
    fprintf (out,
             "{\"node\":%" PRId64 ",\"orders\":%" PRId64 ",\"sold\":%" PRId64 ",\"units\":%" PRId64
             ",\"spent_cents\":%" PRId64 ",\"refused\":%" PRId64 ",\"oversold\":%" PRId64
             ",\"missing_units\":%" PRId64 "}",
             book->node, book->orders, book->sold, book->units, book->spent_cents, book->refused,
             book->oversold, book->missing_units);
}

static void print_stranded (const struct verdict_stranded *stranded, FILE *out)
{
    fprintf (out,
             "{\"trader\":%" PRId64 ",\"taker\":%" PRId64 ",\"epoch\":%" PRId64
             ",\"applied\":%" PRId64 "}",
             stranded->trader, stranded->taker, stranded->epoch, stranded->applied);
}

static void print_lease (const struct verdict_leased *leased, FILE *out)
{
    fprintf (out, "{\"trader\":%" PRId64 ",\"state\":", leased->trader);
    print_string (leased->state, out);
    fputs (",\"product\":", out);
    print_string (leased->product, out);
    fprintf (out, ",\"units\":%" PRId64 ",\"budget\":%" PRId64 ",\"stranded\":%s}", leased->units,
             leased->budget, leased->stranded ? "true" : "false");
}

static void print_lists (const struct verdict *verdict, FILE *out)
{
    fputs (",\"problems\":[", out);
    for (size_t i = 0; i < verdict->problem_count; i++) {
        fputs (comma (i), out);
        print_string (verdict->problems[i], out);
    }
    fputs ("],\"products\":[", out);
    for (size_t i = 0; i < verdict->product_count; i++) {
        const struct verdict_product *product = &verdict->products[i];
        fprintf (out, "%s{\"name\":", comma (i));
        print_string (product->name, out);
        fprintf (out,
                 ",\"restocked\":%" PRId64 ",\"sold\":%" PRId64 ",\"unsold\":%" PRId64
                 ",\"leased\":%" PRId64 "}",
                 product->restocked, product->sold, product->unsold, product->leased);
    }
    fputs ("],\"accounts\":[", out);
    for (size_t i = 0; i < verdict->account_count; i++) {
        fprintf (out, "%s{\"node\":%" PRId64 ",\"balance_cents\":%" PRId64 "}", comma (i),
                 verdict->accounts[i].node, verdict->accounts[i].balance_cents);
    }
    fputs ("],\"books\":[", out);
    for (size_t i = 0; i < verdict->book_count; i++) {
        fputs (comma (i), out);
        print_book (&verdict->books[i], out);
    }
    fputs ("],\"stranded\":[", out);
    for (size_t i = 0; i < verdict->stranded_count; i++) {
        fputs (comma (i), out);
        print_stranded (&verdict->stranded[i], out);
    }
    fputs ("],\"leased\":[", out);
    for (size_t i = 0; i < verdict->leased_count; i++) {
        fputs (comma (i), out);
        print_lease (&verdict->leased[i], out);
    }
    fputs ("]", out);
}

void verify_print_json (const struct verdict *verdict, FILE *out)
{
    fprintf (out,
             "{\"conserved\":%s,\"at_rest\":%s,\"restocked_units\":%" PRId64
             ",\"sold_units\":%" PRId64 ",\"left_units\":%" PRId64 ",\"leased_units\":%" PRId64
             ",\"stranded_units\":%" PRId64 ",\"orders\":%" PRId64 ",\"sold_orders\":%" PRId64
             ",\"refused\":%" PRId64 ",\"oversold\":%" PRId64 ",\"missing_units\":%" PRId64
             ",\"spent_cents\":%" PRId64,
             verdict->conserved ? "true" : "false", verdict->at_rest ? "true" : "false",
             verdict->restocked_units, verdict->sold_units, verdict->left_units,
             verdict->leased_units, verdict->stranded_units, verdict->orders, verdict->sold_orders,
             verdict->out_of_stock + verdict->too_many_lots, verdict->oversold,
             verdict->missing_units, verdict->spent_cents);
    print_lists (verdict, out);
    fputs ("}\n", out);
}
