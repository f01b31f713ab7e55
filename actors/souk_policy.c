#include "actors/souk_policy.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_BYTES = 32, LABEL_BYTES = 128, WAIT_MAX_S = 60 };

// A setting that nothing would come of is a mistake of whoever wrote it.
static bool has_flush (enum mode mode)
{
    return mode != MODE_SYNC;
}

static bool has_expiry (enum mode mode)
{
    return mode == MODE_BATCHED;
}

static bool has_budget (enum mode mode)
{
    return mode == MODE_ESCROW;
}

static void set_budget (struct policy *policy, const struct topology_budget *budget)
{
    policy->budget_units = budget->units > 0 ? budget->units : 0;
    policy->budget_percent = budget->percent > 0 ? budget->percent : 0;
}

static void refuse_setting (const char *command, const char *path, const char *key, enum mode mode,
                            const char *whose)
{
    usage_error (command, "--topology: %s%s: is for %s; this is sold in %s mode", path, key, whose,
                 mode_name (mode));
}

// The words and bounds of a topology were checked when it was read.
static struct policy policy_of (const char *command, const char *path,
                                const struct topology_selling *selling, struct policy rest)
{
    struct policy policy = rest;
    if (selling->mode) {
        (void) mode_parse (selling->mode, &policy.mode);
        policy = policy_default (policy.mode);
    }
    enum mode mode = policy.mode;
    if ((selling->flush_count >= 0 || selling->flush_ms >= 0) && !has_flush (mode)) {
        refuse_setting (command, path, selling->flush_count >= 0 ? "flush_count" : "flush_ms", mode,
                        "cached, batched and escrow");
    }
    if (selling->expiry_ms >= 0 && !has_expiry (mode)) {
        refuse_setting (command, path, "expiry_ms", mode, "batched");
    }
    bool budget = selling->oversell_budget.units >= 0 || selling->oversell_budget.percent >= 0;
    if (budget && !has_budget (mode)) {
        refuse_setting (command, path, "oversell_budget", mode, "escrow");
    }
    if (selling->flush_count >= 0) {
        policy.flush_count = selling->flush_count;
    }
    if (selling->flush_ms >= 0) {
        policy.flush_us = selling->flush_ms * 1000;
    }
    if (selling->expiry_ms >= 0) {
        policy.expiry_us = selling->expiry_ms * 1000;
    }
    if (budget) {
        set_budget (&policy, &selling->oversell_budget);
    }
    return policy;
}

static bool says_nothing (const struct topology_selling *selling)
{
    return !selling->mode && selling->flush_count < 0 && selling->flush_ms < 0
           && selling->expiry_ms < 0 && selling->oversell_budget.units < 0
           && selling->oversell_budget.percent < 0;
}

void policies_begin (struct policies *self, const char *command, const struct topology *topology)
{
    memset (self, 0, sizeof *self);
    self->topology = topology;
    self->rest = policy_default (MODE_SYNC);
    if (!topology) {
        return;
    }
    self->rest = policy_of (command, "", &topology->selling, self->rest);
    for (size_t i = 0; i < topology->product_count; i++) {
        const struct topology_product *product = &topology->products[i];
        if (!says_nothing (&product->selling)) {
            char path[LABEL_BYTES];
            snprintf (path, sizeof path, "products[%zu].", i);
            self->products[self->count++] = (struct product_policy){
                .product = product->name,
                .policy = policy_of (command, path, &product->selling, self->rest),
            };
        }
    }
}

static int64_t parse_wait_us (const char *command, const char *label, const char *text,
                              int64_t min_us)
{
    int64_t us = parse_duration_us (command, label, text, min_us);
    if (us > WAIT_MAX_S * INT64_C (1000000)) {
        usage_error (command, "--%s: '%s' is too long: write %ds or less", label, text, WAIT_MAX_S);
    }
    return us;
}

static void need_mode (const char *command, const char *option, const char *key, bool has,
                       enum mode mode, const char *whose)
{
    if (!has) {
        usage_error (command, "--%s: %s is for %s, not for %s", option, key, whose,
                     mode_name (mode));
    }
}

// Puts one "KEY=VALUE" into the policy.
static void take_setting (const char *command, const char *option, const char *key,
                          const char *value, struct policy *policy)
{
    enum mode mode = policy->mode;
    char label[LABEL_BYTES];
    snprintf (label, sizeof label, "%.80s: %.20s", option, key);
    if (strcmp (key, "flush") == 0) {
        need_mode (command, option, key, has_flush (mode), mode, "cached, batched and escrow");
        policy->flush_count = parse_integer (command, label, value, 1, LIMIT_BATCH);
    } else if (strcmp (key, "flush-time") == 0) {
        need_mode (command, option, key, has_flush (mode), mode, "cached, batched and escrow");
        policy->flush_us = parse_wait_us (command, label, value, 0);
    } else if (strcmp (key, "expiry") == 0) {
        need_mode (command, option, key, has_expiry (mode), mode, "batched");
        policy->expiry_us = parse_wait_us (command, label, value, 1000);
    } else if (strcmp (key, "budget") == 0) {
        need_mode (command, option, key, has_budget (mode), mode, "escrow");
        struct topology_budget budget;
        if (!topology_budget_parse (value, &budget)) {
            usage_error (command, "--%s: '%s' must be units, 0 to %d, or 0%% to 100%%", label,
                         value, LIMIT_QUANTITY);
        }
        set_budget (policy, &budget);
    } else {
        usage_error (command, "--%s: '%s' is no setting: flush, flush-time, expiry and budget are",
                     option, key);
    }
}

// Copies what stands before one of `ends`, and returns what is behind it.
static const char *cut (const char *command, const char *option, const char *text, const char *ends,
                        char part[VALUE_BYTES])
{
    size_t length = strcspn (text, ends);
    if (length >= VALUE_BYTES) {
        usage_error (command, "--%s: '%s' is too long for a setting", option, text);
    }
    memcpy (part, text, length);
    part[length] = '\0';
    return text + length;
}

struct policy parse_policy (const char *command, const char *option, const char *text)
{
    char word[VALUE_BYTES];
    char value[VALUE_BYTES];
    enum mode mode = MODE_SYNC;
    const char *rest = cut (command, option, text, ":", word);
    if (!mode_parse (word, &mode)) {
        usage_error (command, "--%s: '%s' must be sync, cached, batched or escrow", option, word);
    }
    struct policy policy = policy_default (mode);
    while (*rest) {
        rest = cut (command, option, rest + 1, ":=", word);
        if (*rest != '=') {
            usage_error (command, "--%s: '%s' wants a value: write %s=VALUE", option, word, word);
        }
        rest = cut (command, option, rest + 1, ":", value);
        take_setting (command, option, word, value, &policy);
    }
    return policy;
}

void policies_mode (struct policies *self, const char *command, const char *text)
{
    size_t kept = 0;
    self->rest = parse_policy (command, "mode", text);
    for (size_t i = 0; i < self->count; i++) {
        if (self->from_option[i]) {
            self->products[kept] = self->products[i];
            self->from_option[kept++] = true;
        }
    }
    self->count = kept;
}

static void check_name (const struct policies *self, const char *command, const char *name)
{
    if (!product_name_valid (name) || strcmp (name, "random") == 0) {
        usage_error (command, "--product: '%s' is no product: 1 to %d of a-z, 0-9, _ and -", name,
                     LIMIT_PRODUCT_NAME);
    }
    bool listed = !self->topology;
    for (size_t i = 0; !listed && i < self->topology->product_count; i++) {
        listed = strcmp (self->topology->products[i].name, name) == 0;
    }
    if (!listed) {
        usage_error (command, "--product: '%s' is not among the products of the topology", name);
    }
}

// Where the product's policy stands, or is to stand.
static size_t place_of (const struct policies *self, const char *name)
{
    size_t i = 0;
    while (i < self->count && strcmp (self->products[i].product, name) != 0) {
        i++;
    }
    return i;
}

void policies_product (struct policies *self, const char *command, char *text)
{
    char *equals = strchr (text, '=');
    if (!equals) {
        usage_error (command, "--product: '%s' wants a mode: write NAME=escrow:budget=10", text);
    }
    *equals = '\0';
    check_name (self, command, text);
    size_t place = place_of (self, text);
    if (place < self->count && self->from_option[place]) {
        usage_error (command, "--product: %s is there twice", text);
    }
    if (place == LIMIT_PRODUCTS) {
        usage_error (command, "--product: more than %d products", LIMIT_PRODUCTS);
    }
    char option[LABEL_BYTES];
    snprintf (option, sizeof option, "product %s", text);
    self->products[place] = (struct product_policy){
        .product = text,
        .policy = parse_policy (command, option, equals + 1),
    };
    self->from_option[place] = true;
    self->count += place == self->count;
}

bool policies_option (struct policies *self, const char *command, int option, char *value)
{
    if (option == 'm') {
        policies_mode (self, command, value);
    } else if (option == 'P') {
        policies_product (self, command, value);
    } else {
        return false;
    }
    return true;
}
