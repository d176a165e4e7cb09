"""The embedded mode as ``./concord run`` starts it, on data of its own, with its log to read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.e2e.portal import free_port
from tests.support import ROOT
from tests.visiting import Visitor

WITHIN = 240.0  # seconds; the first start makes the demonstration


class Embedded:
    """``start`` returns how many seconds it took until a page came; ``end`` ends it as Ctrl-C does."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = folder / "log"
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        self.env = kept | {"PORT": str(self.port), "DATA_DIR": str(folder / "data"), "LOG_FORMAT": "json",
                           "LOG_LEVEL": "INFO"} | more  # fmt: skip
        self.process: subprocess.Popen | None = None

    def start(self) -> float:
        began = time.monotonic()
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [ROOT / "concord", "run"], env=self.env, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True,
            )  # fmt: skip
        while time.monotonic() - began < WITHIN:
            visitor = Visitor(self.url)
            try:
                if visitor.get("/").status == 200:
                    return round(time.monotonic() - began, 2)
            except OSError:
                time.sleep(0.05)
            finally:
                visitor.close()
            assert self.process.poll() is None, self.log.read_text()[-2000:]
        raise AssertionError("it did not answer: " + self.log.read_text()[-2000:])

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(20)

    def python(self, code: str) -> str:
        """Run code with this portal's settings; what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", code], cwd=ROOT,
            env=self.env | {"PYTHONPATH": str(ROOT), "LOG_LEVEL": "WARNING"}, capture_output=True, text=True,
            timeout=240,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout
