# Prolong: everything a developer types. `make` alone lists it.
.DEFAULT_GOAL := help
SHELL := /bin/bash

LIB := templates/static/lib
include templates/assets.mk

GOLANGCI_VERSION := v2.15.0
GOLANGCI := $(CURDIR)/var/tools/golangci-lint-$(GOLANGCI_VERSION)
TEST_FLAGS ?= -shuffle=on
TEST_TIMEOUT ?= 20m

.PHONY: help
help: ## What can be done here
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: assets ## Build bin/prolong
	go build -o bin/prolong ./cmd/prolong

.PHONY: run
run: needs build ## Run the product with its demo company: private database, pages, jobs
	./bin/prolong serve --demo

.PHONY: needs
needs: ## Install PostgreSQL and the other programs that are missing (Debian, Ubuntu)
	@./tools/needs.sh run

.PHONY: test
test: assets ## Run every test: unit, database, mail, browser
	@./tools/needs.sh test
	go vet ./...
	go test $(TEST_FLAGS) -timeout $(TEST_TIMEOUT) ./...

.PHONY: race
race: assets ## Run the tests of shared state under the race detector
	go test -race -timeout $(TEST_TIMEOUT) . ./internal/... ./billing/... ./invoices/... ./passes/... ./notify/... ./banksync/match/...

.PHONY: lint
lint: assets $(GOLANGCI) ## Run the linters
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "gofmt these files:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GOLANGCI) run ./...

$(GOLANGCI):
	@mkdir -p $(dir $@)
	GOBIN=$(dir $@) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	@mv $(dir $@)golangci-lint $@

.PHONY: bench
bench: assets ## Measure speed and memory against the bare limit, as ratios of one run
	go test -run '^$$' -bench . -skip IssueRenderSpool -benchmem -benchtime 3x -timeout 60m ./banksync ./banksync/statement ./banksync/match ./invoices ./passes ./billing ./invoices/render
	go test -run '^$$' -bench IssueRenderSpool -benchtime 1x -timeout 60m ./invoices

.PHONY: bench-match
bench-match: assets ## Measure matching on 300,000 labelled payments
	go test -run '^$$' -bench Corpus -benchtime 1x -timeout 60m ./banksync/matchbench

.PHONY: gallery
gallery: assets ## Draw every page and document into var/gallery, to be looked at
	rm -rf var/gallery && mkdir -p var/gallery
	go test ./backoffice ./cabinet -run Gallery -count=1 -args -pages $(CURDIR)/var/gallery
	go run ./tools/gallery var/gallery

.PHONY: golden
golden: assets ## Compare papers, letters and exchange files with what was looked at; UPDATE=1 rewrites, on purpose
	@./tools/needs.sh test
	go test ./invoices/render ./invoices/onec ./invoices/upd ./notify -run Golden -count=1 $(if $(UPDATE),-update)

.PHONY: fmt
fmt: ## Format the code
	gofmt -w $$(git ls-files '*.go')

.PHONY: clean
clean: ## Remove what was built; the data folder var/ stays
	rm -rf bin
