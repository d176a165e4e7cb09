"""What the drills of backup and restore share: a published PDF, a command elsewhere, a visit to what was restored."""

from __future__ import annotations

import http.cookiejar
import json
import re
import secrets
import subprocess
import sys
import tarfile
import urllib.parse
import urllib.request
from pathlib import Path

from portal.backup import archive
from tests.e2e.portal import PASSWORD, Portal
from tests.support import ROOT

PDF = b"%PDF-1.7 " + secrets.token_bytes(300_000)


def manage(environment, *arguments) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)], cwd=ROOT, env=environment, capture_output=True, text=True,
        timeout=180, check=False,
    )  # fmt: skip


def manifest_of(file: Path) -> dict:
    with tarfile.open(file) as tar:
        return json.load(tar.extractfile(archive.MANIFEST))


def sign_in_and_download(folder: Path, environment: dict, email: str) -> None:
    portal = Portal(folder)
    portal.env |= {k: v for k, v in environment.items() if k == "DATABASE_URL" or k.startswith("FILES_")}
    del portal.env["SECRET_KEY"]
    try:
        portal.start()
        jar = http.cookiejar.CookieJar()
        person = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        page = person.open(f"{portal.url}/accounts/login/").read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        form = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": token}
        answer = person.open(f"{portal.url}/accounts/login/", urllib.parse.urlencode(form).encode())
        assert answer.status == 200
        assert "sessionid" in {cookie.name for cookie in jar}
        assert person.open(f"{portal.url}/c/un-test/chapters/1/").status == 200
        pdf = person.open(f"{portal.url}/c/adv-test/publications/edition-publish/chapter-1.pdf")
        assert pdf.read() == PDF
    finally:
        portal.stop()
