# Every target does its own set-up and can be run again at any time.
#
# `make test` compiles in two passes, clippy's and the tests'. Its build takes all targets at once, so that the tests find
# the binary there and crates are not compiled again with the features that only tests switch on.

SHELL := bash
.DEFAULT_GOAL := help
.NOTPARALLEL:

# The address of the demo, and more options for `mingjing up`: make run ARGS='--speed 60'
LISTEN ?= 127.0.0.1:8080
ARGS ?=

# Where the real logs lie (tests that need them say so when they are not there).
export MINGJING_REAL_LOGS ?= $(abspath $(CURDIR)/../shared/data)
# The binary is always target/release/mingjing, whatever the caller's cargo settings.
export CARGO_TARGET_DIR := $(CURDIR)/target
# A failed check says what is wrong; the frames that carried an error up would bury it. Panics keep theirs.
export RUST_LIB_BACKTRACE ?= 0
# rustup puts cargo here; a shell opened before its installation does not know yet.
export PATH := $(PATH):$(HOME)/.cargo/bin

STAGE := bash deploy/setup/stage.sh
# In CI a lock file that does not fit the manifests is an error, not something to mend quietly.
LOCKED := $(if $(CI),--locked)

.PHONY: help
help: ## print this list
	@echo 'Mingjing 明镜: targets'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | \
	  while IFS='|' read -r target what; do printf '  make %-8s %s\n' "$$target" "$$what"; done

.PHONY: build
build: ## build the release binary, target/release/mingjing
	@$(STAGE) 'set-up: toolchain' bash deploy/setup/toolchain.sh
	@$(STAGE) 'set-up: Node.js' bash deploy/setup/node.sh
	@$(STAGE) 'set-up: console' bash deploy/setup/console.sh
	@$(STAGE) 'build' cargo build --release --workspace $(LOCKED)

.PHONY: run
run: build setup-library ## build what is missing, then start the demo on http://127.0.0.1:8080/
	@printf '\n== the demo is starting on http://%s/ (Ctrl-C stops it)\n' '$(LISTEN)'
	@exec target/release/mingjing up --demo --listen $(LISTEN) $(ARGS)

.PHONY: test
test: setup ## set up, then every check and test: format, lints, Rust tests, browser tests
	@$(STAGE) 'format' cargo fmt --all --check
	@$(STAGE) 'lints' cargo clippy --release --workspace --all-targets $(LOCKED) -- -D warnings
	@$(STAGE) 'build, with tests' cargo build --release --workspace --all-targets $(LOCKED)
	@$(STAGE) 'tests' bash tests/run.sh $(LOCKED)
	@$(STAGE) 'console tests' npm --prefix dashboards/console test
	@$(STAGE) 'browser tests' node --test --test-concurrency=2 --test-reporter=spec tests/browser/*.test.mjs

# Run it when nothing else runs. The broker is a real one, of this machine; both sides of a ratio are measured in the same run.
.PHONY: bench
bench: ## measure speed, on the embedded log and on a Kafka broker that it starts
	@$(STAGE) 'set-up: toolchain' bash deploy/setup/toolchain.sh test
	@$(STAGE) 'set-up: Node.js' bash deploy/setup/node.sh
	@$(STAGE) 'set-up: console' bash deploy/setup/console.sh
	@$(STAGE) 'set-up: libchdb' bash deploy/setup/libchdb.sh
	@$(STAGE) 'set-up: Kafka' bash deploy/setup/kafka.sh
	@$(STAGE) 'build, with the broker' cargo build --release --workspace --all-targets $(LOCKED)
	@target/release/mingjing bench engine
	@target/release/mingjing bench drain
	@target/release/mingjing bench end-to-end
	@target/release/mingjing bench timers
	@target/release/mingjing bench archive
	@target/release/mingjing bench backtest
	@target/release/mingjing bench alerts
	@target/release/mingjing bench statistics
	@target/release/examples/broker sh -c 'target/release/mingjing bench drain --brokers $$BROKERS --processes 1,2 --cases 60000'
	@target/release/examples/broker sh -c 'target/release/mingjing bench drain --brokers $$BROKERS --processes 1,2 --cases 60000 --core-each'
	@target/release/examples/broker sh -c 'target/release/mingjing bench end-to-end --brokers $$BROKERS'

.PHONY: setup
setup: ## only install and check what building, running and testing need
	@$(STAGE) 'set-up: toolchain' bash deploy/setup/toolchain.sh test
	@$(STAGE) 'set-up: Node.js' bash deploy/setup/node.sh
	@$(STAGE) 'set-up: console' bash deploy/setup/console.sh
	@$(STAGE) 'set-up: libchdb' bash deploy/setup/libchdb.sh
	@$(STAGE) 'set-up: Kafka' bash deploy/setup/kafka.sh
	@$(STAGE) 'set-up: Prometheus' bash deploy/setup/prometheus.sh
	@$(STAGE) 'set-up: databases' bash deploy/setup/databases.sh
	@$(STAGE) 'set-up: browser' bash deploy/setup/browser.sh

# The ClickHouse engine as a library. npm brings it, so Node.js is not needed when MINGJING_LIBCHDB names a file.
.PHONY: setup-library
setup-library:
	@$(if $(MINGJING_LIBCHDB),,$(STAGE) 'set-up: Node.js' bash deploy/setup/node.sh)
	@$(STAGE) 'set-up: libchdb' bash deploy/setup/libchdb.sh
