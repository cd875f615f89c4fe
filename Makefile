# Lotline's few commands. `make demo` and `make test` set up what they need.
.PHONY: help setup setup-tests demo test check bench clean
.DEFAULT_GOAL := help

help:            ## what there is
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup:           ## system packages, uv, the locked environment
	@scripts/setup.sh

setup-tests:     ## the same, with what the tests need
	@scripts/setup.sh --tests

demo: setup      ## the main job on samples/: ends with a summary and the path of the CSVs
	@.venv/bin/lotline --home demo-out/home run samples/files --parcels samples/parcels.csv \
		--log samples/inspection_log.csv --out demo-out/export --include-review

test: setup-tests ## all tests
	@OMP_THREAD_LIMIT=1 .venv/bin/python -m pytest $(ARGS)

check: setup     ## ruff and mypy
	@.venv/bin/ruff check .
	@.venv/bin/mypy

bench: setup-tests ## speed, memory and word error beside other systems; see docs/performance.md (ARGS=...)
	@.venv/bin/python -m benchmarks.all $(ARGS)

clean:           ## what demo and the tools left behind
	rm -rf demo-out .mypy_cache .ruff_cache .pytest_cache .hypothesis
