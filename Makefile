# The two commands of the README: `make run` and `make test`. Both set up what they need, once.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test service lint format vendor clean

run: $(VENV)/hearth ## set up and start chatting; more options in ARGS="--port=9000 …"
	@exec $(BIN)/python scripts/run.py $(ARGS)

test: $(VENV)/test $(VENV)/demo $(VENV)/peers ## set up what the tests need, and run them all
	@sh scripts/browser.sh $(BIN)
	@sh scripts/servers.sh
	node --import ./tests/page/node18.mjs --test tests/page/*.test.mjs
	$(BIN)/pytest -q --numprocesses=auto --maxprocesses=4 --dist=loadfile

service: $(VENV)/hearth ## install it for systemd, from /opt/hearth; see README.md
	$(BIN)/python -m compileall -q *.py assets chat demo doctor handlers ollama people process store
	install -D -m 644 -t $(DESTDIR)/etc/systemd/system deploy/hearth.service deploy/hearth.socket

lint: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

vendor: ## make static/vendor/ anew; needs npm
	node scripts/vendor/vendor.mjs

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache tests/artifacts tests/sse_readers/node_modules

$(VENV)/python:
	@sh scripts/venv.sh $(VENV)
	@touch $@

$(VENV)/hearth: $(VENV)/python requirements.txt
	$(PIP) -r requirements.txt
	@touch $@

$(VENV)/test: $(VENV)/hearth requirements-dev.txt
	$(PIP) -r requirements-dev.txt
	@touch $@

$(VENV)/peers: $(VENV)/test requirements-autobahn.txt tests/sse_readers/package-lock.json
	@sh scripts/peers.sh $(BIN)/python
	@touch $@

$(VENV)/demo: $(VENV)/hearth requirements-demo.txt
	@sh scripts/demo.sh $(BIN)/python
	@touch $@
