# Everything by name; works on a machine with only Python 3.11+ and make. Only relative paths, so
# that a checkout path may hold spaces.
PYTHON ?= $(shell for p in python3.12 python3.11 python3 python3.13 python3.14; do \
	$$p -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
PY := .venv/bin/python
SERVERS := $(PY) -m adoption_portal.launcher.services --
# Settings want addresses, also where nothing is reached.
NO_SERVERS := env DJANGO_SETTINGS_MODULE=adoption_portal.settings SECRET_KEY=only-to-load-the-settings \
	DATABASE_URL=postgresql://none@127.0.0.1:1/none
# Like production, for the checks that look at settings.
DEPLOYED := env BASE_URL=https://portal.example ALLOWED_HOSTS=portal.example BEHIND_TLS_PROXY=true \
	PORTAL_DEMO= SECRET_KEY=only-for-the-check-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
export PYTHONUNBUFFERED := 1

.DEFAULT_GOAL := env
.PHONY: env env-dev run test coverage check lint types contracts settings bench bench-method mutants load \
	browser messages openapi fuzz lock clean

env:  ## the environment that runs the portal
	@$(if $(PYTHON),,echo "Adoption Portal needs Python 3.11 or newer with venv."; exit 1;) \
	"$(PYTHON)" adoption_portal/launcher/install.py runtime

env-dev:  ## the environment that checks it
	@$(if $(PYTHON),,echo "Adoption Portal needs Python 3.11 or newer with venv."; exit 1;) \
	"$(PYTHON)" adoption_portal/launcher/install.py dev

run: env  ## the whole portal on port 8000 (PORT=8001 make run); Ctrl-C stops it
	@exec $(PY) manage.py up

test: env-dev browser  ## the whole suite; ARGS="-k name" for a part
	@exec $(SERVERS) $(PY) -m pytest -n $(JOBS) --dist loadscope $(ARGS)

coverage: env-dev browser  ## the same, and how much of the code it ran (takes half as long again)
	@rm -f .coverage .coverage.*
	@exec $(SERVERS) $(MAKE) --no-print-directory coverage-with-servers

coverage-with-servers:
	$(PY) -m pytest -n $(JOBS) --dist loadscope --cov --cov-report= $(ARGS)
	$(PY) -m coverage report
	$(PY) -m coverage report --fail-under=100 --include="measurement/statistics/*,surveys/scoring/*"

browser: env-dev
	@exec $(PY) -m adoption_portal.launcher.development.chromium

check: lint types contracts settings described  ## everything that needs no test run

lint: env-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m codespell_lib $$(git ls-files 2>/dev/null | grep -vE ' ' || echo .)

types: env-dev
	$(NO_SERVERS) $(PY) -m mypy .

contracts: env-dev
	.venv/bin/lint-imports

described: env-dev  # as `make openapi` wrote it: a test compares the bytes
	$(NO_SERVERS) $(PY) manage.py spectacular --validate --fail-on-warn --file /dev/null

settings: env-dev
	@exec $(SERVERS) $(MAKE) --no-print-directory settings-with-servers

settings-with-servers:
	$(DEPLOYED) $(PY) manage.py check --deploy --fail-level WARNING
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) -m adoption_portal.launcher.development.migrations

bench: env-dev  ## ratios against peers; ARGS=readings for one of them
	@exec $(SERVERS) $(PY) -m benchmarks $(ARGS)

bench-method: env-dev  ## how the measuring method holds up on simulated cases (REPEATS=400 SEED=1)
	@exec $(PY) -m benchmarks.method

mutants: env-dev  ## faults planted in the pure code: does a test notice? ARGS="count seed" or all-statistics
	@exec $(SERVERS) $(PY) -m benchmarks.mutants $(ARGS)

fuzz: env-dev  ## made-up calls of the machine interface, five minutes long (SECONDS=60 for one)
	@exec env API_FUZZ_SECONDS=$(or $(SECONDS),300) $(SERVERS) $(PY) -m pytest -n 0 -q \
		tests/adoption_portal/api/test_fuzz.py $(ARGS)

openapi: env-dev  ## write docs/openapi.yaml anew
	$(NO_SERVERS) $(PY) manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

load: env-dev  ## a running portal under load
	@exec $(SERVERS) $(PY) -m benchmarks.load

messages: env-dev  ## collect and compile translations
	$(NO_SERVERS) $(PY) -m adoption_portal.launcher.development.messages

lock: env-dev  ## renew the hashed locks from the pinned lists
	@for name in requirements requirements-dev; do \
		.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-header --no-annotate $$name.txt -o $$name.lock || exit 1; \
	done

clean:  ## caches and test servers; never the data of the portal
	rm -rf var/test .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache \
		.coverage .coverage.* htmlcov mutants
	find adoption_portal core people workflows surveys measurement tests -name __pycache__ -prune \
		-exec rm -rf {} +
