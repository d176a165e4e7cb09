"""A portal of its own for a browser test: pages, streams and workers as processes, data in a folder that goes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a long enough password"


def free_port() -> int:
    """A free port whose next one, for the rooms, is free too."""
    while True:
        with socket.socket() as found, socket.socket() as after:
            found.bind(("127.0.0.1", 0))
            port = found.getsockname()[1]
            try:
                after.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


class Portal:
    """Started, it answers at ``url``; ``python(code)`` runs code in its environment, ``stop()`` ends it all."""

    def __init__(self, folder: Path):
        self.port = free_port()
        # By number: a bare machine may know no name, not even its own.
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("CONCORD_", "DJANGO_"))},
            "DATA_DIR": str(folder),
            "PORT": str(self.port),
            "SECRET_KEY": "a-key-for-tests-only-that-signs-nothing-anybody-keeps",
            "PYTHONPATH": str(ROOT),
        }
        self.env.pop("DATABASE_URL", None)
        self.env.pop("REDIS_URL", None)
        self.folder = folder
        self.processes: list[subprocess.Popen] = []

    def start(self) -> Portal:
        self.manage("migrate", "--verbosity", "0")
        self._run("portal.forked", str(self.port))
        for _try in range(300):
            if self.answers():
                return self
            time.sleep(0.1)
        raise RuntimeError(self.log()[-3000:])

    def answers(self) -> bool:
        try:
            return urllib.request.urlopen(self.url + "/healthz", timeout=2).status == 200
        except OSError:
            return False

    def start_rooms(self) -> None:
        """The rooms alone, without pages and workers."""
        self._run("assessments.drafting.rooms.serve", "--port", str(self.port + 1))

    @property
    def rooms(self) -> int:
        """The process of the rooms; Linux only."""
        started = [process.pid for process in self.processes]
        forked = [
            pid for one in started for pid in Path(f"/proc/{one}/task/{one}/children").read_text().split()
        ]
        [found] = [int(pid) for pid in forked if Path(f"/proc/{pid}/comm").read_text().strip() == "rooms"]
        return found

    def kill_rooms(self) -> None:
        """As a crash of the library ends them: outright, with nothing said or stored; they come back by themselves."""
        os.kill(self.rooms, signal.SIGKILL)

    def _run(self, *command: str) -> None:
        with (self.folder / "log.txt").open("ab") as log:
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", *command], cwd=ROOT, env=self.env, stdout=log, stderr=log,
                    start_new_session=True,
                )
            )  # fmt: skip

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.env, capture_output=True, text=True,
            timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def python(self, code: str) -> str:
        """Run code with the portal's settings: what a test enters that is not the subject of its story."""
        return self.manage("shell", "--verbosity", "0", "-c", code)

    def stop(self) -> None:
        for process in self.processes:
            os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def log(self) -> str:
        return (self.folder / "log.txt").read_text(errors="replace")


class Desk:
    """One person at their own browser."""

    def __init__(
        self, browser, portal: Portal, email: str | None = None, *, width: int = 1280, language: str = "en"
    ):
        self.portal = portal
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, locale=language, accept_downloads=True
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.faults: list[str] = []
        self.page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda e: self.faults.append(str(e)))
        if email:
            self.go("/accounts/login/")
            self.page.get_by_label("Email").or_(self.page.locator("input[name=login]")).first.fill(email)
            self.page.locator("input[name=password]").fill(PASSWORD)
            self.press("Sign in")

    def go(self, path: str):
        self.page.goto(self.portal.url + path)
        return self

    def press(self, name: str, *, exact: bool = False):
        """Press the button of that name; waits for what it leads to."""
        self.page.locator("main").get_by_role("button", name=name, exact=exact).first.click()
        self.page.wait_for_load_state()
        return self

    def confirm(self, name: str):
        """Open the question of a grave act and answer it."""
        box = self.page.locator("details.confirm").filter(has_text=name).first
        box.locator("summary").click()
        box.get_by_role("button", name=name).last.click()
        self.page.wait_for_load_state()
        return self

    def accessible(self):
        """The page as it stands has no violation that axe finds."""
        found = Axe().run(self.page).response["violations"]
        assert not found, "\n".join(
            f"{self.page.url}: {v['id']}: {v['help']}: {[n['html'][:160] for n in v['nodes'][:3]]}"
            for v in found
        )
        return self

    def text(self) -> str:
        return self.page.locator("main").inner_text()

    def reads(self, text: str):
        """Wait until the page says ``text``."""
        self.page.get_by_text(text).first.wait_for()
        return self

    def fill(self, label: str, text: str):
        self.page.locator("main").get_by_role("textbox", name=label).or_(
            self.page.locator("main").get_by_role("spinbutton", name=label)
        ).first.fill(text)
        return self

    def choose(self, label: str, value: str):
        self.page.locator("main").get_by_role("combobox", name=label).first.select_option(value)
        return self
