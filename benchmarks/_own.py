"""What is measured in a process of its own, so that nothing of another measurement is in its figures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import ROOT


def measured(module: str, *arguments, label: str, within: float = 3600, **env: str) -> dict:
    """The JSON object that ``python -m benchmarks.MODULE ARGUMENTS`` printed last, which is also said under ``label``.

    ``env`` may name a database (DATABASE_URL); whatever this process's own environment names is not touched.
    """
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)], cwd=ROOT, env=kept | env,
        capture_output=True, text=True, timeout=within,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    print(f"{label}: {json.dumps(found)}", flush=True)
    return found


@contextmanager
def portal() -> Iterator[Path]:
    """A portal in this process, on the database that DATABASE_URL names or on a file: its data folder."""
    with tempfile.TemporaryDirectory(prefix="concord-bench-") as folder:
        os.environ |= {
            "DATA_DIR": folder,
            "CONCORD_MODE": "embedded",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "LOG_LEVEL": "ERROR",
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        yield Path(folder)
