# `make run` and `make test` do everything on a fresh Debian machine that has a Swift toolchain.

PREFIX ?= /usr/local
MODEL ?=
RANDOM_MODELS ?= 20
BUILD := .build/release
BUILD_PACKAGES := libcairo2-dev libdnnl-dev liblz4-dev libncurses-dev libzstd-dev zlib1g-dev
TEST_PACKAGES := libvterm-dev protobuf-compiler
MANUALS := man/man1
COMPLETIONS := bash-completion/completions zsh/site-functions fish/vendor_completions.d

.DEFAULT_GOAL := help
.PHONY: help run build test bench bench-rules parity fuzz soak lint format pictures install \
  dependencies test-dependencies

# $(call install_missing,PACKAGES): installs those that are not there.
define install_missing
@missing=; for package in $(1); do \
  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q 'ok installed' \
    || missing="$$missing $$package"; \
done; \
if [ -n "$$missing" ]; then \
  if [ "$$(id -u)" = 0 ]; then as=; \
  elif command -v sudo >/dev/null 2>&1; then as=sudo; \
  else echo "gradtop needs these Debian packages:$$missing; install them as root" >&2; exit 1; fi; \
  echo "installing$$missing" >&2; \
  { $$as apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$as apt-get install -y -qq $$missing; } \
    >/dev/null || { echo "could not install$$missing; install them by hand" >&2; exit 1; }; \
fi
endef

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

dependencies:
	@command -v swift >/dev/null 2>&1 \
	  || { echo "gradtop needs a Swift toolchain, 6.2 or later: swift.org/install" >&2; exit 1; }
	$(call install_missing,$(BUILD_PACKAGES))

test-dependencies: dependencies
	$(call install_missing,$(TEST_PACKAGES))

run: build ## install what is missing, build, train the embedded model (MODEL=FILE: another)
	@$(BUILD)/gradtop run $(MODEL)

build: dependencies ## the program, optimized, as .build/release/gradtop
	@swift build -c release --product gradtop

test: test-dependencies ## install what is missing and run all tests
	@swift build --build-tests
	@swift test --skip-build

bench: dependencies ## figures: a step, its allocations, and PyTorch's step where that is installed
	@swift build -c release
	@$(BUILD)/gradtop-bench

fuzz: dependencies ## break traces and read them, for SECONDS from SEED
	@swift build -c release --product gradtop-bench
	@$(BUILD)/gradtop-bench fuzz $(or $(SECONDS),120) $(SEED)

soak: build ## kill RUNS runs at random moments and look at their traces
	@swift build -c release --product gradtop-bench
	@$(BUILD)/gradtop-bench soak $(RUNS)

bench-rules: dependencies ## how right the rules are: faulty models and their clean twins
	@swift build -c release --product gradtop-bench
	@$(BUILD)/gradtop-bench rules

parity: build ## compare with the PyTorch that is installed: RANDOM_MODELS beside those that ship
	@python3 Tests/ParityTests/parity.py --gradtop $(BUILD)/gradtop --random $(RANDOM_MODELS)

lint: ## check the format of every file
	@swift format lint --strict --recursive Sources Tests Package.swift

format: ## put every file into format
	@swift format format --in-place --recursive Sources Tests Package.swift

pictures: build ## draw the pictures of README.md
	@$(BUILD)/gradtop frame traces/vanishing.mcap --panel layers --size 110x28 --format svg -o pictures/layers.svg

install: build ## put the program, its themes, manual and completions below PREFIX
	install -D -m 755 $(BUILD)/gradtop $(DESTDIR)$(PREFIX)/bin/gradtop
	install -d $(DESTDIR)$(PREFIX)/share/gradtop/themes
	install -m 644 themes/*.theme $(DESTDIR)$(PREFIX)/share/gradtop/themes
	install -d $(addprefix $(DESTDIR)$(PREFIX)/share/,$(MANUALS) $(COMPLETIONS))
	$(BUILD)/gradtop help --man > $(DESTDIR)$(PREFIX)/share/man/man1/gradtop.1
	$(BUILD)/gradtop completion bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/gradtop
	$(BUILD)/gradtop completion zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_gradtop
	$(BUILD)/gradtop completion fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/gradtop.fish
