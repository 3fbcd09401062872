# The two commands of the README, and what they are made of.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
NEXTEST := cargo nextest run --workspace --no-fail-fast

.PHONY: test check bench web services

test: services web  ## Everything: both stores, the pages, the documentation
	$(NEXTEST)
	COUNTERSIGN_TEST_STORE=postgres $(NEXTEST) -p countersign
	cargo test --workspace --doc --quiet
	node --test docs/tests/

services:
	.ci/services

web:
	npm --prefix web ci --no-audit --no-fund --loglevel=error
	npm --prefix web run build
	npm --prefix web/dashboard ci --no-audit --no-fund --loglevel=error
	npm --prefix web/dashboard run build

check:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

bench: services
	cargo bench -p countersign-identity
	cargo bench -p countersign
