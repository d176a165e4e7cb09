"""Measurements of Concord. One module a benchmark, named as it is called, each with ``run() -> dict``."""
