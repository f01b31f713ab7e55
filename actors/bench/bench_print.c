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

static void print_latency (const char *name, const struct load_result *load, FILE *out)
{
    fprintf (out,
             "  %-16s p50 %" PRId64 "  p99 %" PRId64 "  p99.9 %" PRId64 "  max %" PRId64 " us\n",
             name, percentile (load, 5000), percentile (load, 9900), percentile (load, 9990),
             load->latency.max_us);
}

static void print_processes (const struct bench_result *result, FILE *out)
{
    double sum = 0;
    fprintf (out, "\n  %-16s %14s %14s\n", "process", "CPU us/order", "peak MiB");
    for (size_t i = 0; i < result->process_count; i++) {
        const struct bench_process *process = &result->processes[i];
        sum += process->cpu_us;
        fprintf (out, "  %-16s %14.2f %14.1f\n", process->name,
                 process->cpu_us / (double) result->market.orders,
                 (double) process->peak_kib / 1024);
    }
    fprintf (out, "  %-16s %14.2f\n", "all", sum / (double) result->market.orders);
}

void bench_print_text (const struct bench_config *config, const struct bench_result *result,
                       FILE *out)
{
    const struct load_result *market = &result->market;
    fprintf (out,
             "%s, %" PRId64 " trader%s, %" PRId64 " client%s with %" PRId64
             " outstanding each, %" PRId64 " orders",
             config->mode, config->traders, config->traders == 1 ? "" : "s", config->clients,
             config->clients == 1 ? "" : "s", config->window, market->orders);
    if (config->rate > 0) {
        fprintf (out, " at %" PRId64 " a second", config->rate);
    }
    fprintf (out, "\n\n  %-16s %.0f\n", "orders/s", per_second (market));
    if (market->settled_seconds > market->seconds * 1.01) {
        fprintf (out, "  %-16s %.0f\n", "settled/s",
                 (double) market->orders / market->settled_seconds);
    }
    if (config->monitor) {
        fprintf (out, "  %-16s %.0f (%.3f of it)\n", "watched", per_second (&result->watched),
                 per_second (&result->watched) / per_second (market));
    }
    fprintf (out, "  %-16s %.0f\n", "echo/s", per_second (&result->echo));
    fprintf (out, "  %-16s %.3f\n\n", "ratio", ratio (result));
    print_latency ("answer", market, out);
    print_latency ("echo", &result->echo, out);
    print_processes (result, out);
    fprintf (out,
             "\n  sold %" PRId64 ", refused %" PRId64 ", oversold %" PRId64 "; told busy %" PRId64
             " times, resent %" PRId64 "\n",
             market->sold, market->refused, market->oversold, market->busy, market->resent);
    fprintf (out, "  store %.1f MiB%s\n", (double) result->store_bytes / 1048576,
             result->in_memory ? " (IN MEMORY: an fsync costs nothing here, see --dir)" : "");
    fprintf (out, "  conserved: %s\n", result->conserved ? "yes" : "NO");
}

static void print_json_latency (const char *name, const struct load_result *load, FILE *out)
{
    fprintf (out,
             "\"%s\":{\"p50\":%" PRId64 ",\"p99\":%" PRId64 ",\"p999\":%" PRId64 ",\"max\":%" PRId64
             "},",
             name, percentile (load, 5000), percentile (load, 9900), percentile (load, 9990),
             load->latency.max_us);
}

void bench_print_json (const struct bench_config *config, const struct bench_result *result,
                       FILE *out)
{
    const struct load_result *market = &result->market;
    fprintf (out,
             "{\"mode\":\"%s\",\"traders\":%" PRId64 ",\"clients\":%" PRId64 ",\"window\":%" PRId64
             ",\"rate\":%" PRId64 ",\"orders\":%" PRId64 ",",
             config->mode, config->traders, config->clients, config->window, config->rate,
             market->orders);
    fprintf (out,
             "\"orders_per_s\":%.1f,\"settled_per_s\":%.1f,\"echo_per_s\":%.1f,\"ratio\":%.4f,",
             per_second (market),
             market->settled_seconds > 0 ? (double) market->orders / market->settled_seconds : 0,
             per_second (&result->echo), ratio (result));
    if (config->monitor) {
        fprintf (out, "\"watched_per_s\":%.1f,", per_second (&result->watched));
    }
    print_json_latency ("latency_us", market, out);
    print_json_latency ("echo_latency_us", &result->echo, out);
    fprintf (out, "\"cpu_us_per_order\":{");
    for (size_t i = 0; i < result->process_count; i++) {
        fprintf (out, "%s\"%s\":%.3f", i ? "," : "", result->processes[i].name,
                 result->processes[i].cpu_us / (double) market->orders);
    }
    fprintf (out, "},\"peak_kib\":{");
    for (size_t i = 0; i < result->process_count; i++) {
        fprintf (out, "%s\"%s\":%" PRId64, i ? "," : "", result->processes[i].name,
                 result->processes[i].peak_kib);
    }
    fprintf (out,
             "},\"sold\":%" PRId64 ",\"refused\":%" PRId64 ",\"oversold\":%" PRId64
             ",\"busy\":%" PRId64 ",\"resent\":%" PRId64 ",\"store_bytes\":%" PRId64
             ",\"in_memory\":%s,\"conserved\":%s}\n",
             market->sold, market->refused, market->oversold, market->busy, market->resent,
             result->store_bytes, result->in_memory ? "true" : "false",
             result->conserved ? "true" : "false");
}
