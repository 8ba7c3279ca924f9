# The venv that `python` comes from is the caller's business: README's commands make one.
PYTHON ?= $(if $(wildcard .venv/bin/python),.venv/bin/python,python3)

.PHONY: help install test check lint types layers audit format chaos fuzz bench soak sandbox

help:  ## What can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

install:  ## Everything that developing needs, into .venv
	python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e '.[dev]'

test:  ## All tests
	$(PYTHON) -m pytest -n auto

check: lint types layers audit  ## Everything that reads the code without running it

lint:
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

types:
	$(PYTHON) -m mypy

layers:
	$(PYTHON) -c "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"

audit:
	$(PYTHON) -m pip_audit -r constraints.txt --no-deps --disable-pip --progress-spinner off

format:  ## Write the code as the formatter wants it
	$(PYTHON) -m ruff check --fix . && $(PYTHON) -m ruff format .

chaos:  ## Kills at every named point of a publish and of a watch, and a workspace in trouble, on both databases; outages
	$(PYTHON) -m tests.chaos

fuzz:  ## Any JSON and any text into the readers of payloads and the grammar, for long
	$(PYTHON) -m pytest -q -n auto --hypothesis-profile=fuzz tests/security/test_fuzz.py tests/grammar tests/slack/blocks/test_mrkdwn.py

bench:  ## The benchmarks, as ratios in one run
	$(PYTHON) -m tests.benchmarks

soak:  ## Twenty minutes of load: many channels, a slow node, bursts against Slack's limits
	$(PYTHON) -m tests.benchmarks soak-load soak-limits

sandbox:  ## A workspace, a design node and the bot, in the browser
	$(PYTHON) -m opsbot sandbox
