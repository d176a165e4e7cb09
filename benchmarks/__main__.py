"""Run one benchmark, or all: ``python -m benchmarks NAME``.

A benchmark is a module of this package with ``run() -> dict``: the figures, by name; seconds, milliseconds
and megabytes are in the name. It sets up what it needs in a place of its own and leaves nothing behind. The
last line printed is one JSON object with ``name``, ``figures``, ``machine`` and ``versions``; whatever the
benchmark says on the way goes before it.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import pkgutil
import platform
import sqlite3
import subprocess
import sys
from pathlib import Path

PARTS = ("Django", "celery", "uvicorn", "pycrdt", "weasyprint", "nh3", "psycopg2-binary", "redis")


def names() -> list[str]:
    """The benchmarks there are, in the order of their names; a leading underscore marks a helper."""
    folder = [str(Path(__file__).parent)]
    return sorted(module.name for module in pkgutil.iter_modules(folder) if not module.name.startswith("_"))


def machine() -> dict:
    """What the figures were measured on: cores this process may use, memory in whole GiB, system."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"cores": cores, "memory_gib": round(memory / 2**30), "system": platform.platform()}


def versions() -> dict[str, str]:
    """Of Python, SQLite and the parts whose speed is part of the figures."""
    parts = {name: importlib.metadata.version(name) for name in PARTS}
    return {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version} | parts


def measure(name: str) -> dict:
    """Run the benchmark in this process and give the whole result."""
    figures = importlib.import_module(f"benchmarks.{name}").run()
    return {"name": name, "figures": figures, "machine": machine(), "versions": versions()}


def main(arguments: list[str]) -> int:
    """Exit code 0 when all that were asked for ran, 1 when one failed, 2 when there is none of that name."""
    if arguments == ["all"]:
        # Each in a process of its own: one's memory and threads must not show in the next one's figures.
        codes = [subprocess.call([sys.executable, "-m", "benchmarks", name]) for name in names()]
        return int(any(codes))
    if len(arguments) != 1 or arguments[0] not in names():
        print(f"usage: python -m benchmarks NAME; NAME is one of: all, {', '.join(names())}", file=sys.stderr)
        return 2
    print(json.dumps(measure(arguments[0]), ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
