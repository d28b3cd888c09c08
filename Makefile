# Everything runs through uv: the one on the PATH, or else one that pip puts into .headwater/uv.
# uv then finds or fetches the Python of .python-version and the packages of uv.lock.
UV := $(shell uv --version >/dev/null 2>&1 && command -v uv || echo .headwater/uv/bin/uv)
PYTHON ?= python3
PORT ?= 8000

help: ## show this list
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: $(UV) ## try it: a made-up company at http://127.0.0.1:8000/ (PORT=8001, RESET=1 starts anew)
	$(UV) run manage.py demo --port $(PORT) $(if $(RESET),--reset)

serve: $(UV) ## run Headwater on this machine, empty at first (PORT=8001)
	$(UV) run manage.py serve --port $(PORT)

test: $(UV) ## run all tests
	$(UV) run pytest -n 2

check: $(UV) ## what the tests also ask, but in seconds: style, types, imports, migrations, templates
	$(UV) run ruff check .
	$(UV) run ruff format --check .
	$(UV) run mypy
	$(UV) run lint-imports
	$(UV) run manage.py makemigrations --check --dry-run
	$(UV) run djlint templates --lint --quiet

bench: $(UV) ## measure, and print the README's figures (ONLY=openlineage: a part of them)
	$(UV) run python -m benchmarks $(ONLY)

# Made from outside the checkout, where pyenv's python3 would insist on .python-version.
.headwater/uv/bin/uv:
	mkdir -p -m 700 .headwater
	cd / && $(PYTHON) -m venv $(CURDIR)/.headwater/uv
	.headwater/uv/bin/pip install --quiet --disable-pip-version-check uv

.PHONY: help demo serve test check bench
