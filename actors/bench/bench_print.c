// What a bench found, in words and as JSON.
#include <inttypes.h>

#include "actors/bench/bench.h"

static double per_second (const struct load_result *load)
{
    return load->seconds > 0 ? (double) load->orders / load->seconds : 0;
}

static double ratio (const struct bench_result *result)
{
    double echo = per_second (&result->echo);
    return echo > 0 ? per_second (&result->market) / echo : 0;
}

static int64_t percentile (const struct load_result *load, int64_t parts)
{
    return histogram_percentile (&load->latency, parts);
}

enum { FIGURE_BYTES = 32 };

// 1234567 as 1,234,567.
static const char *grouped (double value, char text[FIGURE_BYTES])
{
    char digits[FIGURE_BYTES];
    int length = snprintf (digits, sizeof digits, "%.0f", value);
    char *to = text;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            *to++ = ',';
        }
        *to++ = digits[i];
    }
    *to = 0;
    return text;
}

static const char *duration (int64_t us, char text[FIGURE_BYTES])
{
    snprintf (text, FIGURE_BYTES,
              us < 1000      ? "%.0f us"
              : us < 1000000 ? "%.1f ms"
                             : "%.1f s",
              us < 1000      ? (double) us
              : us < 1000000 ? (double) us / 1e3
                             : (double) us / 1e6);
    return text;
}

static void print_rate (const char *name, double value, const char *remark, FILE *out)
{
    char text[FIGURE_BYTES];
    fprintf (out, "  %-16s %12s%s%s\n", name, grouped (value, text), *remark ? "  " : "", remark);
}

static void print_rates (const struct bench_config *config, const struct bench_result *result,
                         FILE *out)
{
    const struct load_result *market = &result->market;
    char remark[64] = "";
    if (config->rate > 0 && per_second (market) < 0.97 * (double) config->rate) {
        snprintf (remark, sizeof remark, "it could not keep up with %" PRId64, config->rate);
    }
    print_rate ("orders/s", per_second (market), remark, out);
    if (market->settled_seconds > market->seconds) {
        print_rate ("settled/s", (double) market->orders / market->settled_seconds,
                    "with their final answer", out);
    }
    if (config->monitor) {
        snprintf (remark, sizeof remark, "%.3f of it",
                  per_second (&result->watched) / per_second (market));
        print_rate ("with a monitor", per_second (&result->watched), remark, out);
    }
    snprintf (remark, sizeof remark, "of which the market keeps %.3f", ratio (result));
    print_rate ("echo/s", per_second (&result->echo), config->rate > 0 ? "" : remark, out);
}

static void print_latency (const char *name, const struct load_result *load, FILE *out)
{
    char text[4][FIGURE_BYTES];
    fprintf (out, "  %-16s %12s %12s %12s %12s\n", name,
             duration (percentile (load, 5000), text[0]),
             duration (percentile (load, 9900), text[1]),
             duration (percentile (load, 9990), text[2]), duration (load->latency.max_us, text[3]));
}

// What a promise that is journaled must wait for, at least.
static void print_fsync (const struct bench_result *result, FILE *out)
{
    char text[4][FIGURE_BYTES];
    const struct histogram *fsync = &result->fsync;
    fprintf (out, "  %-16s %12s %12s %12s %12s\n", "one fsync",
             duration (histogram_percentile (fsync, 5000), text[0]),
             duration (histogram_percentile (fsync, 9900), text[1]),
             duration (histogram_percentile (fsync, 9990), text[2]),
             duration (fsync->max_us, text[3]));
}

static void print_processes (const struct bench_result *result, FILE *out)
{
    double sum = 0;
    char text[FIGURE_BYTES];
    fprintf (out, "\n  %-16s %12s %12s %12s\n", "process", "CPU us/order", "peak MiB", "requests");
    for (size_t i = 0; i < result->process_count; i++) {
        const struct bench_process *process = &result->processes[i];
        sum += process->cpu_us;
        fprintf (out, "  %-16s %12.2f %12.1f %12s\n", process->name,
                 process->cpu_us / (double) result->market.orders,
                 (double) process->peak_kib / 1024,
                 i > 0 ? grouped ((double) process->requests, text) : "");
    }
    fprintf (out, "  %-16s %12.2f\n", "all", sum / (double) result->market.orders);
    fprintf (out, "\n  the warehouse was sent %.3f messages for each order\n",
             bench_messages_per_order (result));
}

static void print_books (const struct bench_books *books, FILE *out)
{
    char text[3][FIGURE_BYTES];
    fprintf (out, "  units, with the warm-up: stocked %s, sold %s, oversold %s\n",
             grouped ((double) books->stocked, text[0]), grouped ((double) books->sold, text[1]),
             grouped ((double) books->missing, text[2]));
}

void bench_print_text (const struct bench_config *config, const struct bench_result *result,
                       FILE *out)
{
    const struct load_result *market = &result->market;
    char text[FIGURE_BYTES];
    fprintf (out,
             "%s, %" PRId64 " trader%s%s, %" PRId64 " client%s with %" PRId64
             " outstanding each, %s orders",
             config->mode, config->traders, config->traders == 1 ? "" : "s",
             config->backup ? " and a backup" : "", config->clients,
             config->clients == 1 ? "" : "s", config->window,
             grouped ((double) market->orders, text));
    if (config->rate > 0) {
        fprintf (out, " at %s a second", grouped ((double) config->rate, text));
    }
    if (config->scarce) {
        fprintf (out, ", nearly sold out");
    }
    if (config->kill_trader > 0) {
        fprintf (out, ", after trader %" PRId64 " was killed", config->kill_trader);
    }
    fprintf (out, "\n\n");
    print_rates (config, result, out);
    fprintf (out, "\n  %-16s %12s %12s %12s %12s\n", "latency", "p50", "p99", "p99.9", "max");
    print_latency ("first answer", market, out);
    print_latency ("echo", &result->echo, out);
    print_fsync (result, out);
    print_processes (result, out);
    fprintf (out,
             "\n  sold %" PRId64 ", refused %" PRId64 ", oversold %" PRId64 "; told busy %" PRId64
             " times, resent %" PRId64 "\n",
             market->sold, market->refused, market->oversold, market->busy, market->resent);
    print_books (&result->books, out);
    if (result->copied > 0) {
        fprintf (out, "  copied to backups %" PRId64 "\n", result->copied);
    }
    fprintf (out, "  store %.1f MiB%s\n", (double) result->store_bytes / 1048576,
             result->in_memory ? " (IN MEMORY: an fsync costs nothing here, see --dir)" : "");
    fprintf (out, "  conserved: %s\n", result->books.conserved ? "yes" : "NO");
}

static void print_json_latency (const char *name, const struct histogram *latency, FILE *out)
{
    fprintf (out,
             "\"%s\":{\"p50\":%" PRId64 ",\"p99\":%" PRId64 ",\"p999\":%" PRId64 ",\"max\":%" PRId64
             "},",
             name, histogram_percentile (latency, 5000), histogram_percentile (latency, 9900),
             histogram_percentile (latency, 9990), latency->max_us);
}

static void print_json_processes (const struct bench_result *result, FILE *out)
{
    fprintf (out, "\"cpu_us_per_order\":{");
    for (size_t i = 0; i < result->process_count; i++) {
        fprintf (out, "%s\"%s\":%.3f", i ? "," : "", result->processes[i].name,
                 result->processes[i].cpu_us / (double) result->market.orders);
    }
    fprintf (out, "},\"peak_kib\":{");
    for (size_t i = 0; i < result->process_count; i++) {
        fprintf (out, "%s\"%s\":%" PRId64, i ? "," : "", result->processes[i].name,
                 result->processes[i].peak_kib);
    }
    fprintf (out, "},\"requests\":{");
    for (size_t i = 1; i < result->process_count; i++) {
        fprintf (out, "%s\"%s\":%" PRId64, i > 1 ? "," : "", result->processes[i].name,
                 result->processes[i].requests);
    }
    fprintf (out, "},");
}

void bench_print_json (const struct bench_config *config, const struct bench_result *result,
                       FILE *out)
{
    const struct load_result *market = &result->market;
    fprintf (out,
             "{\"mode\":\"%s\",\"market\":\"%s\",\"traders\":%" PRId64
             ",\"backup\":%s,\"killed\":%" PRId64 ",\"clients\":%" PRId64 ",\"window\":%" PRId64
             ",\"rate\":%" PRId64 ",\"orders\":%" PRId64 ",",
             config->mode, config->scarce ? "nearly-sold-out" : "plenty", config->traders,
             config->backup ? "true" : "false", config->kill_trader, config->clients,
             config->window, config->rate, market->orders);
    fprintf (out,
             "\"orders_per_s\":%.1f,\"settled_per_s\":%.1f,\"echo_per_s\":%.1f,\"ratio\":%.4f,",
             per_second (market),
             market->settled_seconds > 0 ? (double) market->orders / market->settled_seconds : 0,
             per_second (&result->echo), ratio (result));
    if (config->monitor) {
        fprintf (out, "\"watched_per_s\":%.1f,", per_second (&result->watched));
    }
    print_json_latency ("latency_us", &market->latency, out);
    print_json_latency ("echo_latency_us", &result->echo.latency, out);
    print_json_latency ("fsync_us", &result->fsync, out);
    print_json_processes (result, out);
    fprintf (out,
             "\"warehouse_messages_per_order\":%.5f,\"units\":{\"stocked\":%" PRId64
             ",\"sold\":%" PRId64 ",\"missing\":%" PRId64 "},",
             bench_messages_per_order (result), result->books.stocked, result->books.sold,
             result->books.missing);
    fprintf (out,
             "\"sold\":%" PRId64 ",\"refused\":%" PRId64 ",\"oversold\":%" PRId64
             ",\"busy\":%" PRId64 ",\"resent\":%" PRId64 ",\"copied\":%" PRId64
             ",\"store_bytes\":%" PRId64 ",\"in_memory\":%s,\"conserved\":%s}\n",
             market->sold, market->refused, market->oversold, market->busy, market->resent,
             result->copied, result->store_bytes, result->in_memory ? "true" : "false",
             result->books.conserved ? "true" : "false");
}
