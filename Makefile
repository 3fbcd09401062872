# The two commands of the README, and what they are made of.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
NPM_CI := ci --no-audit --no-fund --loglevel=error

.PHONY: demo test check bench web services clean help

help:            ## This list
	@grep -hE '^[a-z]+:.*## ' Makefile | sed 's/:.*## /\t/'

demo: web        ## Build everything and start the demo; Ctrl-C stops it, the data stays in demo-data
	@echo '[3/3] the server (a first build takes some minutes)'
	cargo build -p countersign
	@exec target/debug/countersign demo

test: services web  ## Everything: two stores, the pages, the documentation, a real browser
	npm --prefix e2e $(NPM_CI)
	npm --prefix sdk/node $(NPM_CI)
	.ci/test

check: web       ## Format, lints, documentation, generated files
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --quiet
	target/debug/countersign openapi | diff - openapi.json
	npm --prefix web run typecheck
	npm --prefix web/dashboard run typecheck

bench: services  ## Figures beside the machine's own limits
	cargo bench -p countersign-identity
	cargo bench -p countersign-reach
	npm --prefix crates/identity/rivals ci --silent
	cargo run --release --manifest-path crates/identity/rivals/Cargo.toml --target-dir target/rivals
	cargo bench -p countersign

web:             ## The pages that the binary carries
	@echo '[1/3] the widget and the loader'
	npm --prefix web $(NPM_CI)
	npm --prefix web run build
	@echo '[2/3] the dashboard'
	npm --prefix web/dashboard $(NPM_CI)
	npm --prefix web/dashboard run build

services:        ## PostgreSQL and Chromium for the tests
	.ci/services

clean:           ## What was built; never data
	rm -rf target web/dist web/node_modules web/*/node_modules web/*/dist e2e/node_modules
