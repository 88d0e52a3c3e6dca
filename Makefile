# From a fresh clone each of these is the only command needed.
#   make run      set up, build, start the demo     (ARGS="--listen 127.0.0.1:9000")
#   make test     set up, then every check
#   make release  set up, build target/release/sotto and target/release/sotto-load
# The long proofs below end with one line of JSON.

SHELL := /bin/bash
export PATH := $(PATH):$(HOME)/.cargo/bin
BUILT := $(or $(CARGO_TARGET_DIR),target)
DEBUG := $(BUILT)/debug
RELEASE := $(BUILT)/release
STEP := setup/step

N ?= 100
DATA ?= ../shared/data
ARGS ?=

.PHONY: run test release types chaos chaos-cluster outage replay strace bench-relay bench-idle bench-pairs bench-cluster mask-score bench-renderings bench-masking fuzz-masking screenshots front

run:
	@$(STEP) "Set up" setup/ensure run
	@$(STEP) "Front ends" $(MAKE) --no-print-directory front
	@$(STEP) "Server" cargo build --locked --quiet --package server --bin sotto
	@echo; exec $(DEBUG)/sotto demo $(ARGS)

test:
	@setup/test

release:
	@$(STEP) "Set up" setup/ensure run
	@$(STEP) "Front ends" $(MAKE) --no-print-directory front
	@$(STEP) "Release" cargo build --locked --release --package server --package load --bins

# The widget and the console, into web/dist.
front:
	@cd web && npm run --silent build </dev/null

# What is generated from the protocol's types and the masking rules, anew.
types:
	@setup/ensure run
	@cargo build --locked --quiet --package server --bin sotto
	@$(DEBUG)/sotto api > docs/protocol/openapi.json
	@cargo run --locked --quiet --package masking --example patterns > docs/masking/patterns.json
	@cargo run --locked --quiet --package masking --example rules > docs/masking/rules.md
	@cd web && npm run --silent types

chaos: release
	@$(RELEASE)/sotto-load chaos --server $(RELEASE)/sotto --kills $(N) $(ARGS)

chaos-cluster: release
	@setup/ensure test
	@$(RELEASE)/sotto-load chaos-cluster --server $(RELEASE)/sotto $(ARGS)

# A day without the only destination, with ten thousand conversations, on the moved clock.
outage:
	@cargo test --locked --quiet --release --package server --test it -- --ignored --exact --nocapture outage::ten_thousand_wait_a_day | grep '^{'

replay: release
	@$(RELEASE)/sotto-load replay --server $(RELEASE)/sotto --data $(DATA) $(ARGS)

strace: release
	@$(RELEASE)/sotto-load strace-check --server $(RELEASE)/sotto $(ARGS)

bench-relay: release
	@$(RELEASE)/sotto-load bench-relay --server $(RELEASE)/sotto $(ARGS)

bench-idle: release
	@$(RELEASE)/sotto-load idle --server $(RELEASE)/sotto $(ARGS)

bench-pairs: release
	@$(RELEASE)/sotto-load pairs --server $(RELEASE)/sotto $(ARGS)

bench-cluster: release
	@setup/ensure test
	@$(RELEASE)/sotto-load bench-cluster --server $(RELEASE)/sotto $(ARGS)

mask-score: release
	@command -v python3 >/dev/null || { echo "python3 is missing: the scorer is written in it."; exit 2; }
	@setup/mask-score $(RELEASE)/sotto $(DATA)

bench-renderings:
	@setup/ensure run
	@cargo run --locked --quiet --release --package server --example renderings

bench-masking:
	@setup/ensure run
	@setup/bench-masking $(ARGS)

# The engine's properties over N thousand made-up texts each; what fails is kept as a seed.
fuzz-masking:
	@PROPTEST_CASES=$(N)000 cargo test --locked --quiet --release --package masking -- twice values_are masking_twice findings_and what_is_masked lines_of a_rule_of

screenshots:
	@setup/ensure test
	@$(MAKE) --no-print-directory front
	@cargo build --locked --quiet --package server --bin sotto
	@cd web && npm run --silent screenshots --workspace e2e
