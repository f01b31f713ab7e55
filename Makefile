# Souk. `make help` lists the targets. The programs are built in build/, and for the tests once
# more in build/san/, under AddressSanitizer and UndefinedBehaviorSanitizer.

CC     ?= gcc
PYTHON ?= python3
PREFIX ?= /usr/local
OUT    := build
SAN    := build/san

# Cores: state machines without sockets, clocks, files or threads (tests/check_purity.py).
CORES := \
  schemas/arena.c schemas/message.c schemas/message_text.c \
  broker/outbox.c broker/clocks.c broker/seen.c broker/queue.c broker/cache.c \
  broker/trader.c broker/trader_join.c broker/trader_admit.c broker/trader_commit.c \
  broker/trader_reply.c broker/policy_sync.c broker/policy_cached.c \
  actors/lots.c actors/ledger.c actors/answers.c \
  actors/warehouse.c actors/warehouse_commit.c actors/warehouse_publish.c \
  actors/warehouse_restore.c \
  actors/random.c actors/catalog.c actors/histogram.c \
  actors/client.c actors/client_send.c actors/client_retry.c actors/client_receive.c \
  actors/buyer.c actors/seller.c actors/seller_lots.c
CODEC := \
  schemas/codec_fields.c schemas/codec_encode.c schemas/codec_read.c schemas/codec_decode.c \
  schemas/topology.c schemas/topology_fields.c
STORE := \
  actors/store.c actors/store_schema.c actors/store_sqlite.c actors/store_sqlite_load.c \
  actors/store_sqlite_write.c actors/verify.c actors/verify_rules.c actors/verify_print.c
SHELLS := \
  broker/report.c broker/wire_shell.c broker/trader_shell.c \
  actors/warehouse_shell.c actors/client_shell.c actors/client_class.c
PROGRAM := \
  actors/souk_options.c actors/souk_node.c actors/souk_warehouse.c actors/souk_trader.c \
  actors/souk_client.c actors/souk_buyer.c actors/souk_seller.c actors/souk.c

# Tests: those of cores link nothing else.
CORE_CHECKS := \
  answers arena buyer buyer_random cache cache_random client client_bounds client_random \
  clocks histogram ledger lots message_text queue seen seller seller_lots seller_random \
  trader trader_cached trader_causal trader_commit trader_oversell trader_random trader_sync \
  warehouse warehouse_batches warehouse_behind warehouse_bounds warehouse_random \
  warehouse_records
CHECKS := \
  bazaar codec codec_hostile protocol schemas shells store store_faults topology \
  topology_schema transcripts verify
HELPERS := \
  tests/bazaar.c tests/bazaar_post.c tests/client_fixture.c tests/client_kit.c \
  tests/faulty_disk.c tests/message_cases.c tests/message_equal.c tests/store_case.c \
  tests/topology_case.c tests/trader_fixture.c tests/verify_breaks.c \
  tests/warehouse_fixture.c tests/warehouse_model.c tests/warehouse_store.c
SYSTEM_TESTS := $(wildcard tests/system/test_*.py)

WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
            -Wmissing-prototypes $(if $(CI),-Werror)
COMMON   := -std=c11 -D_GNU_SOURCE '-Duthash_fatal(text)=abort ()' -I. -MMD -MP -g $(WARN)
RELEASE  := $(COMMON) -O2
SANITIZE := $(COMMON) -O1 -fno-omit-frame-pointer -fsanitize=address,undefined \
            -fno-sanitize-recover=undefined
LIBS     := -lczmq -lzmq -ljansson -lsqlite3
TESTLIBS := -lcheck -lsubunit -lrt -lm -lpthread

BODY      := $(CORES) $(CODEC) $(STORE) $(SHELLS)
BINARIES  := $(CORE_CHECKS:%=$(SAN)/tests/check_%) $(CHECKS:%=$(SAN)/tests/check_%)

all: $(OUT)/souk                ## builds build/souk

run: deps                       ## a market of 20 seconds: what to try first
	@$(MAKE) --no-print-directory -s all
	@$(PYTHON) tools/launch.py $(ARGS)

test: deps                      ## every test, under ASan and UBSan; ends with what passed
	@$(MAKE) --no-print-directory -s -j$(shell nproc) all $(OUT)/libcores.a $(SAN)/souk $(BINARIES)
	@SOUK=$(SAN)/souk $(PYTHON) tests/run_tests.py $(BINARIES) tests/check_purity.py $(SYSTEM_TESTS)

check: $(BINARIES)              ## the C tests alone
	@$(PYTHON) tests/run_tests.py $(BINARIES)

golden: $(SAN)/tests/check_transcripts  ## writes the golden transcripts anew
	SOUK_GOLDEN=write $<

format:                         ## puts all C in the project's format
	clang-format -i $$(git ls-files '*.c' '*.h')

install: all                    ## to PREFIX (/usr/local)
	install -D -m 755 $(OUT)/souk $(DESTDIR)$(PREFIX)/bin/souk

clean:                          ## removes build/
	rm -rf $(OUT)

deps:                           ## installs what is missing (Debian packages); else does nothing
	@tools/deps.sh

help:                           ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

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

$(SAN)/libhelpers.a: $(HELPERS:%.c=$(SAN)/%.o)
	@rm -f $@ && ar rcs $@ $^

$(CORE_CHECKS:%=$(SAN)/tests/check_%): $(SAN)/tests/check_%: $(SAN)/tests/check_%.o \
  $(SAN)/libhelpers.a $(SAN)/libcores.a
	@echo '  LD  $@' && $(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(TESTLIBS)

$(CHECKS:%=$(SAN)/tests/check_%): $(SAN)/tests/check_%: $(SAN)/tests/check_%.o \
  $(SAN)/libhelpers.a $(SAN)/libbody.a
	@echo '  LD  $@' && $(CC) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(LIBS) $(TESTLIBS)

$(OUT)/%.o: %.c
	@mkdir -p $(@D)
	@echo '  CC  $@' && $(CC) $(RELEASE) $(CFLAGS) -c -o $@ $<

$(SAN)/%.o: %.c
	@mkdir -p $(@D)
	@echo '  CC  $@' && $(CC) $(SANITIZE) $(CFLAGS) -c -o $@ $<

.PHONY: all run test check golden format install clean deps help
-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
