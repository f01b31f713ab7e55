// A verdict in words, and as JSON.
#include <inttypes.h>

#include "actors/store/verify.h"

static void print_products (const struct verdict *verdict, FILE *out)
{
    fprintf (out, "%-24s %12s %12s %12s\n", "product", "restocked", "sold", "unsold");
    for (size_t i = 0; i < verdict->product_count; i++) {
        const struct verdict_product *product = &verdict->products[i];
        fprintf (out, "%-24s %12" PRId64 " %12" PRId64 " %12" PRId64 "\n", product->name,
                 product->restocked, product->sold, product->unsold);
    }
    fprintf (out, "%-24s %12" PRId64 " %12" PRId64 " %12" PRId64 "\n\n", "all",
             verdict->restocked_units, verdict->sold_units, verdict->left_units);
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

void verify_print_text (const struct verdict *verdict, FILE *out)
{
    print_products (verdict, out);
    print_orders (verdict, out);
    print_accounts (verdict, out);
    for (size_t i = 0; i < verdict->stranded_count; i++) {
        const struct verdict_stranded *stranded = &verdict->stranded[i];
        fprintf (out,
                 "stranded: trader %" PRId64 ", until trader %" PRId64
                 " has taken it over (epoch %" PRId64 ", %" PRId64 " of its decisions are in)\n",
                 stranded->trader, stranded->taker, stranded->epoch, stranded->applied);
    }
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
        fprintf (out, ",\"restocked\":%" PRId64 ",\"sold\":%" PRId64 ",\"unsold\":%" PRId64 "}",
                 product->restocked, product->sold, product->unsold);
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
    fputs ("]", out);
}

void verify_print_json (const struct verdict *verdict, FILE *out)
{
    fprintf (out,
             "{\"conserved\":%s,\"restocked_units\":%" PRId64 ",\"sold_units\":%" PRId64
             ",\"left_units\":%" PRId64 ",\"orders\":%" PRId64 ",\"sold_orders\":%" PRId64
             ",\"refused\":%" PRId64 ",\"oversold\":%" PRId64 ",\"missing_units\":%" PRId64
             ",\"spent_cents\":%" PRId64,
             verdict->conserved ? "true" : "false", verdict->restocked_units, verdict->sold_units,
             verdict->left_units, verdict->orders, verdict->sold_orders,
             verdict->out_of_stock + verdict->too_many_lots, verdict->oversold,
             verdict->missing_units, verdict->spent_cents);
    print_lists (verdict, out);
    fputs ("}\n", out);
}
