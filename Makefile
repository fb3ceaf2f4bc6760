# Everything a person does with this tree. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: rules scan client trial image help demo serve test check security bench soak shots lock words clean install dev format lint types rooms
SHELL := /bin/sh
BIN := .venv/bin
# Tests run on two processes, each file on one of them; ARGS goes to pytest (make test ARGS="tests/core -k money"), N is the factor of a soak.
WORKERS ?= 2
ARGS ?=
N ?= 10
PYTEST := $(BIN)/python -m pytest --durations=10

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: install ## start everything, play a shop's history through it, show links to open
	$(BIN)/fanshare demo $(ARGS)

serve: install ## run fanshare on this machine: pages, redirects, webhooks, worker, database
	$(BIN)/fanshare serve $(ARGS)

test: dev ## every test
	$(PYTEST) -n $(WORKERS) --dist loadfile $(ARGS)

# `make -k check` goes on after the first complaint.
check: format lint security types rooms ## formatting, lints, bandit, types, room contracts, and proof that the lints can fail

format: dev
	$(BIN)/ruff format --check .

lint: dev
	$(BIN)/ruff check .

security: dev
	$(BIN)/bandit --quiet --recursive src --configfile pyproject.toml --severity-level medium

types: dev
	$(BIN)/mypy

rooms: dev
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest tests/project

bench: dev ## measure, and write docs/benchmarks.md
	$(BIN)/python -m benchmarks $(ARGS)

soak: dev ## the sized tests, N times larger (make soak N=20)
	FANSHARE_SOAK=$(N) $(PYTEST) -n $(WORKERS) --dist worksteal -m soak_sized $(ARGS)

shots: dev ## a picture of every page, wide and narrow, light and dark, in build/shots
	mkdir -p build/shots
	FANSHARE_SCREENSHOTS=build/shots $(PYTEST) -q tests/web -k quiet $(ARGS)

lock: ## write the lock files again after a change of dependencies (UPGRADE=1 takes newer versions)
	scripts/lock.sh $(if $(UPGRADE),--upgrade)

scan: dev ## let Wapiti walk through the pages of everybody (half an hour)
	[ -x .uv/scan/bin/wapiti ] || $(BIN)/python -m venv .uv/scan
	.uv/scan/bin/python -m pip install --quiet --require-hashes -r requirements/scan.txt
	FANSHARE_WAPITI=.uv/scan/bin/wapiti $(PYTEST) tests/scan/scanning.py $(ARGS)

client: dev ## make the Python client anew after a change of the API
	$(BIN)/python scripts/client.py

words: dev ## collect the words of the pages and compile their translations
	$(BIN)/python scripts/words.py

rules: dev ## count how well the rules of the workbench read, and write docs/rules.md
	$(BIN)/python scripts/rules.py

ENGINE ?= $(firstword $(foreach name,podman docker buildah,$(if $(shell command -v $(name)),$(name))))

image: ## build the container (with podman, docker or buildah, whichever is there)
	@[ -n "$(ENGINE)" ] || { echo "There is no container engine here: apt install podman." >&2; exit 1; }
	$(ENGINE) build --file Containerfile --tag localhost/fanshare:0.1.0 $(ARGS) .

trial: ## install what is committed on a Debian that has nothing, in a chroot (as root; SUITE=bookworm or trixie)
	scripts/debian-trial.sh $(or $(SUITE),bookworm) $(or $(PLACE),$(shell mktemp -d -t fanshare-trial.XXXXXX))

install: ## what is needed to run it, into .venv
	@scripts/install.sh base

dev: ## what is needed to work on it, into .venv
	@scripts/install.sh dev

clean: ## remove what can be made again
	rm -rf .venv .uv .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis build dist
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
