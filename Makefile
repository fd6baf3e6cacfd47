# The commands of this project; README says what each is for. On a bare machine only Python 3.11 is needed.
PYTHON ?= $(shell .ci/python)
UV_VERSION = 0.13.9
BIN = .venv/bin
SHELL = /bin/sh
# Every process of a run or of the tests would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE
CATALOGUE = locale/zh_Hans/LC_MESSAGES/django.po

.PHONY: env run test lint bench messages chromium

# Quick and silent when everything stands.
env: .venv/synced locale/compiled
	@:

.venv/synced: pyproject.toml uv.lock
	@test -x $(BIN)/uv || .ci/bootstrap $(PYTHON) $(UV_VERSION)
	@echo "· environment …"
	@VIRTUAL_ENV= $(BIN)/uv sync --quiet --frozen --inexact --compile-bytecode
	@touch $@

# Chinese words, compiled without gettext's own tools.
locale/compiled: $(CATALOGUE) | .venv/synced
	@$(BIN)/pybabel --quiet compile --directory locale --domain django --locale zh_Hans
	@touch $@

# New texts of the code into the catalogue, sorted (needs Debian's gettext); what is empty or fuzzy then wants its Chinese.
messages: .venv/synced
	@$(BIN)/python manage.py makemessages --locale zh_Hans --no-wrap --no-location --no-obsolete --ignore 'tests/*' --ignore 'bench/*'
	@msgcat --sort-output --no-wrap --output-file $(CATALOGUE) $(CATALOGUE)

# DEMO= (empty) or DEMO=0 serves without the demonstration; PORT and DATA_DIR as in README, "Settings".
run: env
	@DEMO="$${DEMO-1}" exec $(BIN)/python -m config.supervisor --die-with-parent

test: env chromium
	@$(BIN)/pytest

# Tests in a browser need Debian's Chromium and a Chinese font; without them they are skipped with a line.
chromium:
	@.ci/chromium

lint: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --disable-progress-bar .
	$(BIN)/python manage.py makemigrations --check --dry-run

bench: env
	@VIRTUAL_ENV= $(BIN)/uv sync --quiet --frozen --inexact --group bench
	@$(BIN)/python -m bench
