#include "tests/sim/experiment/experiment_report.h"

#include <inttypes.h>

void census_take (struct census *self, const struct experiment_market *market, int64_t traders)
{
    const world_t *world = market->world;
    *self = (struct census){
        .now_us = world_now_us (world),
        .client_trader = world_sent (world, PORT_CLIENTS) + world_sent (world, PORT_TRADER),
        .trader_warehouse = world_sent (world, PORT_WAREHOUSE),
        .published = world_sent (world, PORT_NEWS),
        .warehouse_worked_us = world_worked_us (world, WAREHOUSE_NODE),
    };
    for (int64_t i = 0; i < traders; i++) {
        const trader_t *trader = world_trader (world, i + 1);
        self->traders_worked_us[i] = world_worked_us (world, i + 1);
        if (trader) {
            self->batches_resent += trader_counters (trader)->resent;
            self->snapshots += trader_counters (trader)->snapshots;
            self->causal_waits += trader_counters (trader)->causal_waits;
        }
    }
}

// A JSON object, written member by member.
struct object {
    FILE *file;
    const char *indent;  // before each member; NULL: all in one line
    bool more;
};

static void name (struct object *self, const char *name)
{
    fputs (self->more ? "," : "", self->file);
    if (self->indent) {
        fprintf (self->file, "\n%s", self->indent);
    } else if (self->more) {
        fputc (' ', self->file);
    }
    fprintf (self->file, "\"%s\": ", name);
    self->more = true;
}

static void whole (struct object *self, const char *member, int64_t value)
{
    name (self, member);
    fprintf (self->file, "%" PRId64, value);
}

// Null where there is nothing to divide by.
static void ratio (struct object *self, const char *member, double part, double of)
{
    name (self, member);
    if (of > 0) {
        fprintf (self->file, "%.6g", part / of);
    } else {
        fputs ("null", self->file);
    }
}

static struct object open_object (struct object *self, const char *member)
{
    name (self, member);
    fputc ('{', self->file);
    return (struct object){.file = self->file};
}

static void close_object (struct object *self)
{
    fputc ('}', self->file);
}

static void latency (struct object *self, const char *member, const struct histogram *histogram)
{
    static const struct {
        const char *name;
        int64_t parts;
    } percentiles[] = {{"p50", 5000}, {"p99", 9900}, {"p999", 9990}};
    struct object object = open_object (self, member);
    for (size_t i = 0; i < sizeof percentiles / sizeof *percentiles; i++) {
        if (histogram->count > 0) {
            whole (&object, percentiles[i].name,
                   histogram_percentile (histogram, percentiles[i].parts));
        } else {
            ratio (&object, percentiles[i].name, 0, 0);
        }
    }
    if (histogram->count > 0) {
        whole (&object, "max", histogram->max_us);
    } else {
        ratio (&object, "max", 0, 0);
    }
    close_object (&object);
}

static void print_orders (struct object *self, const struct figures *figures, double seconds)
{
    whole (self, "orders", figures->orders);
    ratio (self, "orders_per_s", (double) figures->orders, seconds);
    whole (self, "sold", figures->sold);
    whole (self, "refused", figures->refused);
    struct object oversold = open_object (self, "oversold");
    whole (&oversold, "orders", figures->oversold);
    ratio (&oversold, "of_orders", (double) figures->oversold, (double) figures->orders);
    ratio (&oversold, "of_accepted", (double) figures->oversold, (double) figures->accepted);
    whole (&oversold, "missing_units", figures->missing_units);
    close_object (&oversold);
    whole (self, "failed", figures->failed);
    whole (self, "accepted", figures->accepted);
    whole (self, "units", figures->units);
    latency (self, "first_answer_us", &figures->first_answer);
    latency (self, "final_answer_us", &figures->final_answer);
    struct object again = open_object (self, "asked_again");
    whole (&again, "resent", figures->resent);
    whole (&again, "order_status", figures->asked);
    whole (&again, "turned_away", figures->turned_away);
    close_object (&again);
}

// From when counting begins until the last unit was told, and until the warehouse had sold it.
static void print_sale (struct object *self, const struct finding *finding)
{
    const struct figures *figures = finding->figures;
    double answered_us = (double) (figures->promised_us - finding->begin.now_us);
    double settled_us = (double) (figures->settled_us - finding->begin.now_us);
    struct object sale = open_object (self, "sale");
    whole (&sale, "units_told", figures->promised_units);
    ratio (&sale, "last_told_s", answered_us, figures->promised_us > 0 ? 1e6 : 0);
    ratio (&sale, "told_units_per_s", (double) figures->promised_units, answered_us / 1e6);
    whole (&sale, "units_settled", figures->settled_units);
    ratio (&sale, "last_settled_s", settled_us, figures->settled_us > 0 ? 1e6 : 0);
    ratio (&sale, "settled_units_per_s", (double) figures->settled_units, settled_us / 1e6);
    close_object (&sale);
}

static void print_traffic (struct object *self, const struct finding *finding)
{
    const struct census *begin = &finding->begin;
    const struct census *end = &finding->end;
    double orders = (double) finding->figures->orders;
    double clients = (double) (end->client_trader - begin->client_trader);
    double warehouse = (double) (end->trader_warehouse - begin->trader_warehouse);
    double published = (double) (end->published - begin->published);
    struct object messages = open_object (self, "messages_per_order");
    ratio (&messages, "all", clients + warehouse + published, orders);
    ratio (&messages, "client_trader", clients, orders);
    ratio (&messages, "trader_warehouse", warehouse, orders);
    ratio (&messages, "published", published, orders);
    close_object (&messages);
    whole (self, "batches", finding->figures->batches);
    ratio (self, "orders_per_batch", (double) finding->figures->batched,
           (double) finding->figures->batches);
    whole (self, "batches_resent", end->batches_resent - begin->batches_resent);
    whole (self, "snapshots", end->snapshots - begin->snapshots);
    whole (self, "causal_waits", end->causal_waits - begin->causal_waits);
}

// How much of the time they were at work: what is near 1 is what the market waits for.
static void print_work (struct object *self, const struct finding *finding)
{
    const struct census *begin = &finding->begin;
    const struct census *end = &finding->end;
    double time_us = (double) (end->now_us - begin->now_us);
    int64_t all_us = 0;
    int64_t most_us = 0;
    for (int64_t i = 0; i < finding->experiment->traders; i++) {
        int64_t worked_us = end->traders_worked_us[i] - begin->traders_worked_us[i];
        all_us += worked_us;
        most_us = worked_us > most_us ? worked_us : most_us;
    }
    struct object work = open_object (self, "at_work");
    ratio (&work, "warehouse", (double) (end->warehouse_worked_us - begin->warehouse_worked_us),
           time_us);
    ratio (&work, "traders", (double) all_us, time_us * (double) finding->experiment->traders);
    ratio (&work, "busiest_trader", (double) most_us, time_us);
    close_object (&work);
}

void experiment_report (const struct finding *finding, FILE *file)
{
    struct object object = {.file = file, .indent = "  "};
    double seconds = (double) (finding->end.now_us - finding->begin.now_us) / 1e6;
    fputc ('{', file);
    name (&object, "configuration");
    experiment_print_json (finding->experiment, "  ", file);
    name (&object, "interrupted");
    fputs (finding->interrupted ? "true" : "false", file);
    ratio (&object, "virtual_s", seconds, 1);
    print_orders (&object, finding->figures, seconds);
    print_sale (&object, finding);
    print_traffic (&object, finding);
    print_work (&object, finding);
    whole (&object, "core_events", finding->core_events);
    whole (&object, "core_events_per_s",
           (int64_t) ((double) finding->core_events * 1e6 / (double) finding->wall_us));
    ratio (&object, "wall_s", (double) finding->wall_us, 1e6);
    whole (&object, "peak_memory_bytes", finding->peak_memory_bytes);
    fputs ("\n}\n", file);
}
