# Two commands matter: `make run` and `make test`. Everything else is for those who build.

# The newest that runs: a name may be there and its Python not (pyenv).
PYTHON ?= $(shell for name in python3.14 python3.13 python3.12 python3.11 python3; do $$name -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && echo $$name && break; done)
HOST ?= 127.0.0.1
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
export HOST PORT
# The tests start many processes; without kept bytecode each would compile Django for itself.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run demo test check bench format shots lock clean

run: $(VENV)/base.stamp .env
	@$(BIN)/python manage.py serve

# A class of made-up people, to look at; ARGS=--remove takes it away.
demo: $(VENV)/base.stamp .env
	@$(BIN)/python manage.py demo --prepare $(ARGS)

test: $(VENV)/dev.stamp .env
	@$(BIN)/python -m pytest -q -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: mutants bench-trust
# A fault for each promise, planted in a copy: its test must go red. ARGS="P1 P5" for some of them.
mutants: $(VENV)/dev.stamp .env
	@$(BIN)/python -m tests.mutants.run $(ARGS)

# The promises at their full size; prints figure, date, seed and commit.
bench-trust: $(VENV)/dev.stamp .env
	@mkdir -p var && rm -f var/trust.txt
	@TRUST_ANSWERS=10000 TRUST_EDITS=500 TRUST_KILLS=20 TRUST_IMPORTS=50 TRUST_FIGURES=$(CURDIR)/var/trust.txt $(BIN)/python -m pytest -q -n 0 tests/promises $(ARGS); status=$$?; cat var/trust.txt; exit $$status

.PHONY: check-most check-types
check: check-most check-types  # -j2 for both at once: types take as long as all the rest

check-most: $(VENV)/dev.stamp .env
	@mkdir -p var
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	git ls-files -z 'templates/*.html' | xargs -0 $(BIN)/djade --target-version 5.2 --check
	$(BIN)/python manage.py makemigrations --check --dry-run
	SITE_URL=https://study.example.org SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py load_packs --check

check-types: $(VENV)/dev.stamp .env
	$(BIN)/mypy

# All of them, though one is over its gate. Says so at the end.
bench: $(VENV)/dev.stamp
	@status=0; for each in pages due matrix items beside; do $(BIN)/python -m tests.bench.$$each || status=1; done; exit $$status

format: $(VENV)/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	git ls-files -z 'templates/*.html' | xargs -0 $(BIN)/djade --target-version 5.2

shots: $(VENV)/dev.stamp .env
	@$(BIN)/python -m tests.browser.shots $(ARGS)

lock: $(VENV)/dev.stamp
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml -o requirements/base.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml --group dev -c requirements/base.lock -o requirements/dev.lock

clean:
	rm -rf $(VENV)

$(VENV)/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Pilcrow needs Python 3.11 or newer. Install it (Debian, Ubuntu: apt install python3 python3-venv), or name yours: make PYTHON=/path/to/python3 run"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python here has no venv package. Install it (Debian, Ubuntu: apt install python3-venv) and try again."; exit 1; }
	@echo "Setting up in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv 2>/dev/null || printf '#!/bin/sh\nshift 2\nexec $(CURDIR)/$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$@"\n' > $@ && chmod +x $@

$(VENV)/base.stamp: requirements/base.lock | $(VENV)/bin/uv
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements/base.lock
	@touch $@

$(VENV)/dev.stamp: requirements/dev.lock | $(VENV)/bin/uv
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --require-hashes -r requirements/dev.lock
	@touch $@ $(VENV)/base.stamp

.env:
	@$(PYTHON) -c 'import secrets; print("SECRET_KEY=" + secrets.token_urlsafe(50))' > .env
	@chmod 600 .env
