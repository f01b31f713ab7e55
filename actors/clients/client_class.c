// What the client shell needs to know of buyers and sellers.
#include "actors/clients/buyer.h"
#include "actors/clients/client_shell.h"
#include "actors/clients/seller.h"

static void buyer_step_any (void *core, const struct event *event, struct outbox *out)
{
    buyer_step (core, event, out);
}

static int64_t buyer_deadline_any (const void *core)
{
    return buyer_deadline (core);
}

static bool buyer_done_any (const void *core)
{
    return buyer_done (core);
}

static bool buyer_settled (const void *core)
{
    const struct buyer_book *book = buyer_book (core);
    return book->open == 0 && book->gave_up == 0;
}

static int64_t buyer_moved (const void *core)
{
    return buyer_book (core)->moved;
}

static int64_t buyer_next_foreign_any (void *core)
{
    return buyer_next_foreign (core);
}

static bool buyer_next_entry_any (void *core, struct buyer_entry *entry)
{
    return buyer_next_entry (core, entry);
}

static void buyer_progress (const void *core, struct report *report)
{
    const struct buyer_book *book = buyer_book (core);
    report_number (report, "requests", book->requests);
    report_number (report, "units", book->units);
    report_number (report, "refused", book->refused);
    report_number (report, "oversold", book->oversold);
}

static void report_latency (const struct histogram *latency, struct report *report)
{
    report_open (report, "latency_us");
    report_number (report, "p50", histogram_percentile (latency, 5000));
    report_number (report, "p99", histogram_percentile (latency, 9900));
    report_number (report, "max", latency->max_us);
    if (report->json) {
        struct histogram_bucket bucket;
        report_pairs (report, "buckets");
        for (size_t at = 0; histogram_next (latency, &at, &bucket);) {
            report_pair (report, bucket.high_us, bucket.count);
        }
        report_pairs_end (report);
    }
    report_close (report);
}

static void buyer_summary (const void *core, struct report *report)
{
    const struct buyer_book *book = buyer_book (core);
    report_number (report, "requests", book->requests);
    report_number (report, "sold", book->sold);
    report_number (report, "units", book->units);
    report_number (report, "spent_cents", book->spent_cents);
    report_number (report, "refused", book->refused);
    report_number (report, "oversold", book->oversold);
    report_number (report, "missing_units", book->missing_units);
    report_number (report, "failed", book->failed);
    report_number (report, "gave_up", book->gave_up);
    report_number (report, "open", book->open);
    report_number (report, "resent", book->resent);
    report_number (report, "moved", book->moved);
    report_latency (buyer_latency (core), report);
}

const struct client_class buyer_class = {
    .role = "buyer",
    .step = buyer_step_any,
    .deadline = buyer_deadline_any,
    .done = buyer_done_any,
    .settled = buyer_settled,
    .moved = buyer_moved,
    .next_foreign = buyer_next_foreign_any,
    .next_entry = buyer_next_entry_any,
    .progress = buyer_progress,
    .summary = buyer_summary,
};

static void seller_step_any (void *core, const struct event *event, struct outbox *out)
{
    seller_step (core, event, out);
}

static int64_t seller_deadline_any (const void *core)
{
    return seller_deadline (core);
}

static bool seller_done_any (const void *core)
{
    return seller_done (core);
}

static bool seller_settled (const void *core)
{
    const struct seller_book *book = seller_book (core);
    return book->open == 0 && book->gave_up == 0;
}

static int64_t seller_moved (const void *core)
{
    return seller_book (core)->moved;
}

static int64_t seller_next_foreign_any (void *core)
{
    return seller_next_foreign (core);
}

static void seller_progress (const void *core, struct report *report)
{
    const struct seller_book *book = seller_book (core);
    report_number (report, "requests", book->requests);
    report_number (report, "units", book->units);
}

static void seller_summary (const void *core, struct report *report)
{
    const struct seller_book *book = seller_book (core);
    report_number (report, "requests", book->requests);
    report_number (report, "restocked", book->restocked);
    report_number (report, "units", book->units);
    report_number (report, "sold_units", book->sold_units);
    report_number (report, "revenue_cents", book->revenue_cents);
    report_number (report, "failed", book->failed);
    report_number (report, "gave_up", book->gave_up);
    report_number (report, "open", book->open);
    report_number (report, "resent", book->resent);
    report_number (report, "moved", book->moved);
}

const struct client_class seller_class = {
    .role = "seller",
    .step = seller_step_any,
    .deadline = seller_deadline_any,
    .done = seller_done_any,
    .settled = seller_settled,
    .moved = seller_moved,
    .next_foreign = seller_next_foreign_any,
    .progress = seller_progress,
    .summary = seller_summary,
};
