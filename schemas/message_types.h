// The words of the messages: their types, and the enums that they carry, each with its name on the
// wire. protocol.md says what they mean.
#ifndef SOUK_MESSAGE_TYPES_H
#define SOUK_MESSAGE_TYPES_H

// Type and its name on the wire, in the order of protocol.md.
#define MESSAGE_TYPES(X)                                            \
    X (BUY, "buy")                   /* buyer to trader */          \
    X (ORDER_STATUS, "order_status") /* buyer to trader */          \
    X (RECEIPT, "receipt")           /* trader to buyer */          \
    X (OVERSOLD, "oversold")         /* trader to buyer */          \
    X (RESTOCK, "restock")           /* seller to trader */         \
    X (RESTOCKED, "restocked")       /* trader to seller */         \
    X (LOT_STATUS, "lot_status")     /* seller to trader */         \
    X (LOT, "lot")                   /* trader to seller */         \
    X (SOLD, "sold")                 /* trader to seller */         \
    X (PING, "ping")                 /* anyone to trader */         \
    X (PONG, "pong")                 /* trader to anyone */         \
    X (ERROR, "error")               /* to whom it concerns */      \
    X (JOIN, "join")                 /* trader to warehouse */      \
    X (CLAIM, "claim")               /* trader to warehouse */      \
    X (TAKEOVER, "takeover")         /* trader to warehouse */      \
    X (VIEW, "view")                 /* warehouse to trader */      \
    X (COMMIT, "commit")             /* trader to warehouse */      \
    X (COMMITTED, "committed")       /* warehouse to trader */      \
    X (SNAPSHOT, "snapshot")         /* trader to warehouse */      \
    X (STOCK, "stock")               /* warehouse to trader */      \
    X (LEASE, "lease")               /* trader to warehouse */      \
    X (LEASED, "leased")             /* warehouse to trader */      \
    X (CAMPAIGN, "campaign")         /* peer to warehouse */        \
    X (SEATS, "seats")               /* warehouse to peer, and its PUB */ \
    X (JOURNAL, "journal")           /* trader to trader */         \
    X (JOURNALED, "journaled")       /* trader to trader */         \
    X (ELECTION, "election")         /* peer to higher peers */     \
    X (ANSWER, "answer")             /* peer to a lower one */      \
    X (COORDINATOR, "coordinator")   /* peer to all others */       \
    X (RESIGN, "resign")             /* peer to all others */       \
    X (HANDOVER, "handover")         /* trader to its successor */  \
    X (INVALIDATION, "invalidation") /* warehouse PUB */            \
    X (OVERSELL, "oversell")         /* warehouse and trader PUB */ \
    X (SALE, "sale")                 /* warehouse PUB */            \
    X (RECALL, "recall")             /* warehouse PUB */            \
    X (MEMBER, "member")             /* warehouse and trader PUB */ \
    X (CLOCK, "clock")               /* trader PUB */               \
    X (SOCKET, "socket")             /* warehouse and trader PUB */

#define MESSAGE_ENUM(name, text) MESSAGE_##name,
enum message_type { MESSAGE_TYPES (MESSAGE_ENUM) MESSAGE_TYPE_COUNT };
#undef MESSAGE_ENUM

// What became of an order.
#define STATUSES(X)                                                                              \
    X (SOLD, "sold")                   /* final: `units` were sold, from the lots in `fills` */  \
    X (ACCEPTED, "accepted")           /* sold from a cache; a final answer follows */           \
    X (OVERSOLD, "oversold")           /* final: accepted, but `missing` units were not there */ \
    X (OUT_OF_STOCK, "out_of_stock")   /* final: refused, nothing (or not enough) to sell */     \
    X (TOO_MANY_LOTS, "too_many_lots") /* final: refused, see LIMIT_FILLS */                     \
    X (UNKNOWN, "unknown")             /* no such order */

#define STATUS_ENUM(name, text) STATUS_##name,
enum status { STATUSES (STATUS_ENUM) STATUS_COUNT };
#undef STATUS_ENUM

// Why a request was not taken. Nothing was changed, whatever the reason.
#define REASONS(X)                                                                          \
    X (BAD_REQUEST, "bad_request") /* cannot be understood, or not for this node */         \
    X (CONFLICT, "conflict")       /* the number was used before, with another body */      \
    X (EXPIRED, "expired")         /* the number is older than the answers that are kept */ \
    X (BUSY, "busy")               /* the queue is full: send it again later */             \
    X (UNAVAILABLE, "unavailable") /* cannot be decided now: send it again later */         \
    X (LIMIT, "limit")             /* it would pass a bound of limits.h */                  \
    X (FENCED, "fenced")           /* another process has joined as this trader */          \
    X (TAKEN, "taken")             /* another trader has taken this one over */             \
    X (GAP, "gap")                 /* a batch before this one is missing */                 \
    X (PENDING, "pending")         /* its first trader may have decided it: ask again */    \
    X (FOREIGN, "foreign")         /* this node is of another market */                     \
    X (RECALLING, "recalling")     /* units are leased, and are being recalled: ask again */ \
    X (UNSEATED, "unseated")       /* this trader holds no seat: others were elected */

#define REASON_ENUM(name, text) REASON_##name,
enum reason { REASONS (REASON_ENUM) REASON_COUNT };
#undef REASON_ENUM

// How a trader stands with the warehouse.
#define MEMBER_STATES(X)                                                           \
    X (LIVE, "live")           /* it has joined, and nobody has taken it over */   \
    X (SUSPECTED, "suspected") /* its backup hears nothing of it (traders' PUB) */ \
    X (TAKING, "taking")       /* its backup settles what it had decided */        \
    X (FAILED, "failed")       /* all of that is settled: it may join anew */      \
    X (LEFT, "left")           /* it has ended by itself, with everything settled */

#define MEMBER_STATE_ENUM(name, text) MEMBER_##name,
enum member_state { MEMBER_STATES (MEMBER_STATE_ENUM) MEMBER_STATE_COUNT };
#undef MEMBER_STATE_ENUM

// A node's sockets, as protocol.md names them.
#define SOCKETS(X)                                           \
    X (ROUTER, "router") /* a trader's, for clients */       \
    X (DEALER, "dealer") /* a trader's, to the warehouse */  \
    X (REP, "rep")       /* the warehouse's, for traders */  \
    X (PUB, "pub")       /* a trader's or the warehouse's */ \
    X (SUB, "sub")       /* a trader's, for what the warehouse publishes */

#define SOCKET_ENUM(name, text) SOCKET_##name,
enum socket_name { SOCKETS (SOCKET_ENUM) SOCKET_COUNT };
#undef SOCKET_ENUM

// What happened to a socket.
#define HAPPENINGS(X)                                                                        \
    X (ACCEPTED, "accepted")                       /* a peer has connected to it */          \
    X (ACCEPT_FAILED, "accept_failed")             /* one wanted to, and could not */        \
    X (CONNECTED, "connected")                     /* it has connected to its peer */        \
    X (CONNECT_RETRIED, "connect_retried")         /* nobody is there: it tries again */     \
    X (HANDSHAKE_SUCCEEDED, "handshake_succeeded") /* the other side speaks ZeroMQ */        \
    X (HANDSHAKE_FAILED, "handshake_failed")       /* it does not, or is not of the right */ \
                                                   /* type: the connection ends */           \
    X (DISCONNECTED, "disconnected")               /* the connection has ended */

#define HAPPENING_ENUM(name, text) HAPPENING_##name,
enum happening { HAPPENINGS (HAPPENING_ENUM) HAPPENING_COUNT };
#undef HAPPENING_ENUM

#endif
