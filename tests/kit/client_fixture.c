#include "tests/kit/client_fixture.h"

static const int64_t TRADERS[] = {1, 2, 3};
struct client_config config;
client_t *client;
struct outbox out;
int64_t now_us;

void set_up (void)
{
    outbox_init (&out);
    now_us = 5 * KIT_S;
    config = client_config_default ();
    config.id = 10;
    config.traders = TRADERS;
    config.trader_count = 3;
    config.ping_every_us = 0;
}

void set_up_bound (void)
{
    set_up ();
    config.bound = true;
    config.ping_every_us = KIT_S;
}

void tear_down (void)
{
    client_destroy (&client);
    outbox_free (&out);
}

void step (struct event event)
{
    outbox_clear (&out);
    (void) client_step (client, &event, &out);
}

void begin (void)
{
    client = client_new (&config, 1);
    step (kit_event (EVENT_START, now_us));
}

void begin_known (void)
{
    begin ();
    for (int64_t trader = 1; trader <= 3; trader++) {
        tell (kit_pong (trader, 1));
    }
}

int64_t buy (int64_t quantity)
{
    const struct client_request request = {
        .type = MESSAGE_BUY, .product = "fish", .quantity = quantity, .tag = 77};
    outbox_clear (&out);
    return client_ask (client, &request, now_us, &out);
}

void tell (struct message message)
{
    step (kit_receive (PORT_TRADER, &message, now_us));
}

void publish (struct message message)
{
    step (kit_receive (PORT_NEWS, &message, now_us));
}

// Lets time pass until something happens: a deadline may come early, with nothing to do yet.
void run_to_deadline (void)
{
    int64_t open = client_open (client);
    do {
        ck_assert_int_ne (client_deadline (client), DEADLINE_NONE);
        ck_assert_int_ge (client_deadline (client), now_us);
        now_us = client_deadline (client);
        step (kit_event (EVENT_DEADLINE, now_us));
    } while (!out.letter_count && client_open (client) == open);
}

int64_t run_without (int64_t silent, enum message_type type)
{
    for (;;) {
        ck_assert_int_ne (client_deadline (client), DEADLINE_NONE);
        now_us = client_deadline (client);
        step (kit_event (EVENT_DEADLINE, now_us));
        const struct letter *letter = kit_letter (&out, type, 0);
        int64_t to = letter ? letter->to : 0;
        for (int64_t trader = 1; trader <= 3; trader++) {
            if (trader != silent) {
                tell (kit_pong (trader, 1));
            }
        }
        if (to) {
            return to;
        }
    }
}

struct client_answer the_answer (void)
{
    struct client_answer answer;
    struct client_answer another;
    ck_assert (client_next (client, &answer));
    ck_assert (!client_next (client, &another));
    return answer;
}

void no_answer (void)
{
    struct client_answer answer;
    ck_assert (!client_next (client, &answer));
}

const struct letter *only_letter (enum message_type type)
{
    ck_assert_uint_eq (out.letter_count, 1);
    const struct letter *letter = kit_letter (&out, type, 0);
    ck_assert_ptr_nonnull (letter);
    ck_assert_int_eq (letter->port, PORT_TRADER);
    ck_assert_int_eq (letter->message.from, 10);
    return letter;
}
