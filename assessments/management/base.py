"""What all commands share: the pages' actions for the shell; the last line is one JSON object (design §5)."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assessments.cycles.models import Cycle
from assessments.drafting.models import Chapter
from panels.models import User
from records.jobs.queue import wait_for
from records.models import Job
from records.obstacles import Blocked

DONE, REFUSED, USAGE = 0, 1, 2


class Refused(CommandError):
    """The act was refused, and nothing is half-done; exit code 1."""

    def __init__(self, *args):
        super().__init__(*args, returncode=REFUSED)


class Usage(CommandError):
    """What was asked names something that is not there, or cannot be read; exit code 2."""

    def __init__(self, *args):
        super().__init__(*args, returncode=USAGE)


class ActionCommand(BaseCommand, ABC):
    """A command that carries out one action: subclasses give ``arguments(parser)`` and ``act(by, now, …)``.

    ``act`` returns the dict that becomes the last line of stdout. Blocked and PermissionDenied end with
    the reasons on stderr and exit code 1, wrong usage with 2. What else a person should read: ``tell``.
    """

    def arguments(self, parser) -> None:
        """Declare the command's own arguments."""

    @abstractmethod
    @abstractmethod
    def act(self, *, by: User, now: datetime, **options) -> dict:
        """Carry out the action as ``by``, with the command's own arguments."""

    def add_arguments(self, parser) -> None:
        self.arguments(parser)
        parser.add_argument(
            "--by",
            metavar="EMAIL",
            help="who acts; without it the portal itself, with the secretariat's standing",
        )

    def handle(self, *_args, by: str | None = None, **options) -> None:
        try:
            result = self.act(by=user_named(by), now=timezone.now(), **options)
        except Blocked as blocked:
            raise Refused("\n".join(f"{o} [{o.code}]" for o in blocked.obstacles)) from blocked
        except PermissionDenied as denied:
            raise Refused(str(denied)) from denied
        self.stdout.write(json.dumps(result, ensure_ascii=False, default=str))

    def tell(self, text: str) -> None:
        """A sentence for the person at the shell; stdout is for the result alone."""
        self.stderr.write(text, self.style.NOTICE)

    def wait(self, job: Job) -> Job:
        """Wait until the job has ended, doing it here when no worker does; Refused when it failed."""
        ended = wait_for(job)
        if ended.status == Job.Status.FAILED:
            raise Refused(ended.error)
        return ended


def user_named(email: str | None) -> User:
    """The account of that address; the portal's own without one."""
    if not email:
        return User.objects.system()
    found = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if found is None:
        raise Usage(f"--by: no active account has the address {email}.")
    return found


def cycle_named(slug: str) -> Cycle:
    """The cycle with this short name."""
    found = Cycle.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Cycle.objects.values_list("slug", flat=True)) or "none yet"
        raise Usage(f"CYCLE: there is no cycle {slug}. There are: {known}.")
    return found


def chapter_numbered(cycle: Cycle, number: str) -> Chapter:
    """The cycle's chapter of that number, such as 3 or SPM."""
    found = cycle.chapters.select_related("cycle", "current").filter(number__iexact=number).first()
    if found is None:
        known = ", ".join(cycle.chapters.values_list("number", flat=True)) or "none yet"
        raise Usage(f"{cycle.slug} has no chapter {number}. It has: {known}.")
    return found


def bytes_of(path: str, *, limit: int) -> bytes:
    """The content of a file that a person named, at most ``limit`` bytes."""
    file = Path(path)
    if not file.is_file():
        raise Usage(f"{path}: there is no such file.")
    size = file.stat().st_size
    if size > limit:
        raise Usage(f"{path}: {size} bytes; at most {limit} are taken.")
    try:
        return file.read_bytes()
    except OSError as error:
        raise Usage(f"{path}: cannot be read ({error.strerror}).") from error


@contextmanager
def replacing(path: str) -> Iterator[Path]:
    """A file to write beside ``path``, put in its place when all went well and removed otherwise."""
    target = Path(path).expanduser().absolute()
    if target.is_dir() or not target.parent.is_dir():
        raise Usage(f"{path}: expected a file in a folder that exists.")
    try:
        handle, name = tempfile.mkstemp(prefix=".", suffix=target.suffix, dir=target.parent)
    except OSError as error:
        raise Usage(f"{path}: cannot be written ({error.strerror}).") from error
    os.close(handle)
    made = Path(name)
    try:
        yield made
        # mkstemp makes files for their owner alone; what was asked for has the usual rights.
        made.chmod(0o666 & ~_umask())
        made.replace(target)
    finally:
        made.unlink(missing_ok=True)


def _umask() -> int:
    if sys.platform == "win32":
        return 0o022
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
