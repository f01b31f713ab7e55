# Souk. `make help` lists the targets. The programs are built in build/, and for the tests once
# more in build/san/, under AddressSanitizer and UndefinedBehaviorSanitizer.

CC     ?= gcc
PYTHON ?= python3
PREFIX ?= /usr/local
OUT    := build
SAN    := build/san

# Cores: state machines without sockets, clocks, files or threads (tests/check_purity.py).
CORES := \
  $(addprefix schemas/,arena.c message.c message_text.c message_traders.c message_peers.c seating.c) \
  $(addprefix broker/,outbox.c policy.c liveness.c clocks.c seen.c queue.c cache.c holding.c) \
  $(addprefix broker/trader/,trader_state.c trader_counters.c trader.c trader_make.c trader_join.c trader_admit.c trader_commit.c \
    trader_handover.c \
    trader_peers.c trader_writes.c trader_backup.c trader_copy.c copy_records.c trader_takeover.c \
    trader_reply.c trader_decide.c policy_sync.c policy_cached.c policy_escrow.c trader_lease.c) \
  $(addprefix broker/election/,election_state.c election.c election_stand.c election_learn.c election_watch.c) \
  $(addprefix actors/peer/,peer.c peer_receive.c peer_seat.c) \
  $(addprefix actors/warehouse/,lots.c leases.c ledger.c skipped.c answers.c warehouse_state.c warehouse.c \
    warehouse_view.c warehouse_seats.c warehouse_commit.c warehouse_item.c warehouse_sale.c \
    warehouse_lease.c warehouse_publish.c warehouse_restore.c economy.c) \
  $(addprefix actors/clients/,random.c catalog.c histogram.c client_state.c client.c client_traders.c \
    client_seats.c client_send.c client_retry.c client_receive.c client_news.c buyer.c seller.c seller_lots.c) \
  $(addprefix actors/monitor/,monitor.c) actors/bench/window.c actors/trace/trail.c
CODEC := $(addprefix schemas/,codec_fields.c codec_tuples.c codec_peers.c codec_encode.c codec_fast.c codec_read.c codec_decode.c \
    topology.c topology_rules.c topology_peers.c topology_fields.c)
STORE := $(addprefix actors/store/,store.c store_schema.c store_sqlite.c store_gaps.c store_sqlite_load.c \
    store_sqlite_seats.c store_sqlite_prepare.c store_sqlite_write.c store_reader.c verify.c verify_read.c \
    verify_rules.c verify_print.c accounts.c accounts_print.c)
SHELLS := \
  $(addprefix broker/shells/,report.c trace_shell.c wire_shell.c wire_log_shell.c poller_shell.c topics_shell.c socket_shell.c \
    crash_shell.c heard_shell.c) \
  $(addprefix broker/journal/,journal.c journal_file.c journal_read.c journal_text.c journal_text_read.c \
    journal_lines.c) \
  $(addprefix broker/trader/,peers_shell.c trader_report.c trader_life.c trader_shell.c) \
  actors/warehouse/warehouse_shell.c actors/souk_options.c actors/souk_policy.c \
  $(addprefix actors/clients/,book_shell.c client_shell.c client_class.c) \
  $(addprefix actors/peer/,peer_report.c peer_sockets.c peer_shell.c) \
  $(addprefix actors/bench/,bench.c bench_market.c bench_disk.c bench_print.c bench_traders.c echo_shell.c load_shell.c load_phase_shell.c \
    load_greet_shell.c load_leave_shell.c load_stock_shell.c processes.c) \
  $(addprefix actors/monitor/,monitor_line.c endpoints.c monitor_shell.c) \
  $(addprefix actors/trace/,trail_line.c trail_print.c trail_dot.c)
PROGRAM := $(addprefix actors/,souk_node.c souk_warehouse.c souk_trader.c souk_client.c \
    souk_buyer.c souk_seller.c souk_peer.c souk_bench.c souk_monitor.c souk_trace.c souk_transactions.c \
    souk_accounts.c souk_verify.c souk.c)

# The simulator (tests/sim/README.md).
SIM_CHECKERS := $(wildcard tests/sim/checkers/*.c)
SIM := $(filter-out %/souk_sim.c,$(wildcard tests/sim/*.c tests/sim/*/*.c))

# Tests: those of cores link nothing else.
CORE_CHECKS := \
  answers arena buyer buyer_book buyer_random cache cache_bounds cache_random client client_bounds \
  client_failover client_random client_returns client_seats client_seats_random clocks election \
  election_lies election_random histogram holding leases ledger liveness lots lots_rank message_text message_text_leases \
  message_text_peers policy queue seen seller seller_goods seller_lots seller_random skipped trader \
  trader_backup trader_batched trader_cached trader_causal trader_commit trader_copy trader_escrow \
  trader_escrow_random trader_handover trader_handover_random trader_inherits trader_lease trader_modes \
  trader_news trader_oversell trader_place \
  trader_random trader_recalling \
  trader_returns trader_seats trader_settled trader_sync trader_takeover trader_takeover_end trader_target \
  trader_writes \
  economy \
  warehouse warehouse_batches warehouse_behind warehouse_bounds warehouse_late warehouse_lease_sales \
  warehouse_leases warehouse_leases_random warehouse_random warehouse_records warehouse_seats \
  warehouse_seats_random warehouse_takeover \
  warehouse_views warehouse_views_random window
CHECKS := $(filter-out $(CORE_CHECKS),$(patsubst tests/check_%.c,%,$(wildcard tests/check_*.c)))
SIM_KIT := $(addprefix tests/kit/,bazaar.c history_case.c stage.c transcript.c)
KIT := $(filter-out $(SIM_KIT),$(wildcard tests/kit/*.c))
SYSTEM_TESTS := $(wildcard tests/system/test_*.py) tests/model/test_takeover.py

WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
            -Wmissing-prototypes $(if $(CI),-Werror)
COMMON   := -std=c11 -D_GNU_SOURCE '-Duthash_fatal(text)=abort ()' -I. -MMD -MP -g $(WARN)
RELEASE  := $(COMMON) -O2
SANITIZE := $(COMMON) -O1 -fno-omit-frame-pointer -fsanitize=address,undefined \
            -fno-sanitize-recover=undefined
LIBS     := -lczmq -lzmq -ljansson -lsqlite3 -lz
SIMLIBS  := -ljansson -lsqlite3 -lz
TESTLIBS := -lcheck -lsubunit -lrt -lm -lpthread

BODY      := $(CORES) $(CODEC) $(STORE) $(SHELLS)
SIMULATED := $(CORES) $(CODEC) $(STORE) $(SIM)
OTHERS    := $(addprefix $(OUT)/,gcc-O0/souk-sim clang-O0/souk-sim clang-O2/souk-sim)
BINARIES  := $(CORE_CHECKS:%=$(SAN)/tests/check_%) $(CHECKS:%=$(SAN)/tests/check_%)

all: $(OUT)/souk                ## builds build/souk

run: deps                       ## a market of 20 seconds: what to try first
	@$(MAKE) --no-print-directory -s -j$(shell nproc) all
	@$(PYTHON) tools/launch.py $(ARGS)

test: deps-test                 ## every test, under ASan and UBSan; ends with what passed
	@$(MAKE) --no-print-directory -s -j$(shell nproc) all $(OUT)/libcores.a $(OUT)/libcheckers.a \
	  $(OUT)/souk-sim $(SAN)/souk $(SAN)/souk-sim $(BINARIES)
	@$(MAKE) --no-print-directory -s $(OTHERS)
	@SOUK=$(SAN)/souk SOUK_SIM=$(SAN)/souk-sim SOUK_SIM_OTHERS="$(OUT)/souk-sim $(OTHERS)" \
	  $(PYTHON) tests/run_tests.py $(BINARIES) tests/check_purity.py tests/sim/planted.py \
	  $(SYSTEM_TESTS)

check: $(BINARIES)              ## the C tests alone
	@$(PYTHON) tests/run_tests.py $(BINARIES)

sim: $(OUT)/souk-sim            ## the simulator: SEEDS=1..1000, or one: SEED=7 STEPS=20000
	@$< $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),1..1000)) $(if $(STEPS),--steps $(STEPS)) $(ARGS)

sim-planted: $(OUT)/souk-sim    ## bugs planted in the cores: which checker catches each, and when
	@$(PYTHON) tests/sim/planted.py $(ARGS)

san: $(OUT)/tests/check_shells $(OUT)/tests/check_shells_news  ## the shells, under valgrind
	@command -v valgrind >/dev/null || { echo "san: apt-get install valgrind"; exit 1; }
	@for test in $^; do CK_FORK=no CK_DEFAULT_TIMEOUT=0 valgrind -q --error-exitcode=1 \
	  --leak-check=full --errors-for-leak-kinds=definite $$test || exit 1; done

bench:                          ## orders a second and latency, beside a bare ZeroMQ echo
	@$(MAKE) --no-print-directory -s -j$(shell nproc) all
	@$(PYTHON) tools/bench.py --souk $(OUT)/souk $(ARGS)

bench-peers: deps-bench         ## Souk beside Redis and PostgreSQL: one table, in ten minutes
	@$(MAKE) --no-print-directory -s -j$(shell nproc) all
	@$(PYTHON) tools/bench_peers.py --souk $(OUT)/souk $(ARGS)

golden: $(filter $(SAN)/tests/check_transcripts%,$(BINARIES))  ## writes the golden transcripts anew
	@for test in $^; do SOUK_GOLDEN=write $$test || exit 1; done

format:                         ## puts all C in the project's format
	clang-format -i $$(git ls-files '*.c' '*.h')

install: all                    ## to PREFIX (/usr/local)
	install -D -m 755 $(OUT)/souk $(DESTDIR)$(PREFIX)/bin/souk

clean:                          ## removes build/
	rm -rf $(OUT)

deps:                           ## installs what is missing (Debian packages); else does nothing
	@tools/deps.sh

deps-test:                      ## and what the tests want besides: another compiler, Python's zmq
	@tools/deps.sh clang python3-zmq python3-jsonschema

deps-bench:                     ## and what Souk is measured beside; starts none of it
	@tools/deps.sh redis-server redis-tools postgresql

help:                           ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

$(OUT)/souk: $(BODY:%.c=$(OUT)/%.o) $(PROGRAM:%.c=$(OUT)/%.o)
	@echo '  LD  $@' && $(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(OUT)/libcores.a: $(CORES:%.c=$(OUT)/%.o)
	@rm -f $@ && ar rcs $@ $^

$(SAN)/souk: $(PROGRAM:%.c=$(SAN)/%.o) $(SAN)/libbody.a
	@echo '  LD  $@' && $(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(LIBS)

$(SAN)/libcores.a: $(CORES:%.c=$(SAN)/%.o)
	@rm -f $@ && ar rcs $@ $^

$(SAN)/libbody.a: $(BODY:%.c=$(SAN)/%.o)
	@rm -f $@ && ar rcs $@ $^

$(SAN)/libkit.a: $(KIT:%.c=$(SAN)/%.o)
	@rm -f $@ && ar rcs $@ $^

$(SAN)/libsimkit.a: $(SIM_KIT:%.c=$(SAN)/%.o)
	@rm -f $@ && ar rcs $@ $^

$(SAN)/libsim.a: $(SIM:%.c=$(SAN)/%.o)
	@rm -f $@ && ar rcs $@ $^

$(OUT)/libcheckers.a: $(SIM_CHECKERS:%.c=$(OUT)/%.o)
	@rm -f $@ && ar rcs $@ $^

$(OUT)/souk-sim: $(SIMULATED:%.c=$(OUT)/%.o) $(OUT)/tests/sim/souk_sim.o
	@echo '  LD  $@' && $(CC) $(LDFLAGS) -o $@ $^ $(SIMLIBS)

$(SAN)/souk-sim: $(SAN)/tests/sim/souk_sim.o $(SAN)/libsim.a $(SAN)/libbody.a
	@echo '  LD  $@' && $(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(SIMLIBS)

# Built by another compiler, or not optimized, it must run every seed in the same way.
$(OTHERS): force
	@$(MAKE) --no-print-directory -s -j$(shell nproc) OUT=$(@D) CC=$(firstword $(subst -, ,$(notdir $(@D)))) \
	  CFLAGS=-$(lastword $(subst -, ,$(notdir $(@D)))) $@

# Only the file that the bug is planted in is compiled anew.
$(OUT)/planted/%/souk-sim: $(SIMULATED:%.c=$(OUT)/%.o) $(OUT)/tests/sim/souk_sim.o
	@mkdir -p $(@D) && source=$$(grep -lF 'PLANTED ($*)' $(CORES)) && \
	  $(CC) $(filter-out -MMD -MP,$(RELEASE)) $(CFLAGS) -DPLANTED_BUG=$* $(LDFLAGS) -o $@ $$source \
	  $$(echo $^ | sed "s#[^ ]*/$${source%.c}[.]o##") $(SIMLIBS)

$(CORE_CHECKS:%=$(SAN)/tests/check_%): $(SAN)/tests/check_%: $(SAN)/tests/check_%.o \
  $(SAN)/libkit.a $(SAN)/libcores.a
	@echo '  LD  $@' && $(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(TESTLIBS)

$(CHECKS:%=$(SAN)/tests/check_%): $(SAN)/tests/check_%: $(SAN)/tests/check_%.o \
  $(SAN)/libsimkit.a $(SAN)/libkit.a $(SAN)/libsim.a $(SAN)/libbody.a
	@echo '  LD  $@' && $(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(LIBS) $(TESTLIBS)

$(OUT)/tests/check_%: $(OUT)/tests/check_%.o $(KIT:%.c=$(OUT)/%.o) $(BODY:%.c=$(OUT)/%.o)
	@echo '  LD  $@' && $(CC) $(LDFLAGS) -o $@ $^ $(LIBS) $(TESTLIBS)

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	@echo '  CC  $@' && $(CC) $(RELEASE) $(CFLAGS) -c -o $@ $<

$(SAN)/%.o: %.c
	@mkdir -p $(@D)
	@echo '  CC  $@' && $(CC) $(SANITIZE) $(CFLAGS) -c -o $@ $<

.PHONY: all run test check sim sim-planted san bench bench-peers golden format install clean deps deps-test \
  deps-bench force help
-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
