#include "tests/kit/takeover_kit.h"

static const struct view_told *ask (const struct message *request)
{
    const struct message *answer = wh_ask (request);
    ck_assert_int_eq (answer->type, MESSAGE_VIEW);
    return &answer->view;
}

const struct view_told *tk_join (int64_t trader, int64_t nonce, int64_t epoch, int64_t began)
{
    struct message request = {
        .type = MESSAGE_JOIN,
        .from = trader,
        .join = {.nonce = nonce, .epoch = epoch, .began = began, .router = "tcp://here:1"},
    };
    return ask (&request);
}

const struct view_told *tk_claim (int64_t trader, int64_t epoch, int64_t view, int64_t backup)
{
    struct message request = {
        .type = MESSAGE_CLAIM,
        .from = trader,
        .claim = {.epoch = epoch, .view = view, .backup = backup},
    };
    return ask (&request);
}

const struct view_told *tk_leave (int64_t trader, int64_t epoch, int64_t view)
{
    struct message request = {
        .type = MESSAGE_CLAIM,
        .from = trader,
        .claim = {.epoch = epoch, .view = view, .leaves = true},
    };
    return ask (&request);
}

const struct view_told *tk_takeover (int64_t from, int64_t trader, int64_t view, bool complete)
{
    struct message request = {
        .type = MESSAGE_TAKEOVER,
        .from = from,
        .takeover = {.trader = trader, .view = view, .complete = complete},
    };
    return ask (&request);
}

void tk_begin (void)
{
    wh_begin ();
    tk_changed (tk_claim (TRADER, 1, 1, OTHER_TRADER), 2, MEMBER_LIVE);
}

void tk_take (void)
{
    tk_begin ();
    tk_changed (tk_takeover (OTHER_TRADER, TRADER, 2, false), 3, MEMBER_TAKING);
}

struct message tk_batch (int64_t epoch, int64_t batch, const struct item *items, size_t count)
{
    struct message message = wh_batch (OTHER_TRADER, epoch, batch, items, count);
    message.commit.trader = TRADER;
    return message;
}

static void is_view (const struct view_told *told, int64_t view, enum member_state state)
{
    ck_assert_int_eq (told->view, view);
    ck_assert_str_eq (member_state_name (told->state), member_state_name (state));
}

void tk_changed (const struct view_told *told, int64_t view, enum member_state state)
{
    is_view (told, view, state);
    ck_assert_uint_eq (wh.out.record_count, 2);
    const struct letter *letter = wh_letter (MESSAGE_MEMBER, 0);
    const struct membership *member = &letter->message.member;
    ck_assert_int_eq (letter->port, PORT_NEWS);
    ck_assert_uint_eq (wh_letters (MESSAGE_MEMBER), 1);
    ck_assert_int_eq (member->trader, told->trader);
    ck_assert_int_eq (member->trader_epoch, told->epoch);
    ck_assert_int_eq (member->view, view);
    ck_assert_int_eq (member->state, state);
    ck_assert_int_eq (member->backup, told->backup);
    ck_assert_int_eq (member->taker, told->taker);
}

void tk_unchanged (const struct view_told *told, int64_t view, enum member_state state)
{
    is_view (told, view, state);
    ck_assert_uint_eq (wh.out.record_count, 0);
    ck_assert_uint_eq (wh_letters (MESSAGE_MEMBER), 0);
}
