"""One person's calls of the API."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from portal.tokens import actions as tokens

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class Caller:
    """The API as one person: answers are (status, body); ``last`` is the response of the latest."""

    def __init__(self, user=None, *, token: str = "", **headers: str):
        self.client = Client()
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.last = None
        if token:
            self.headers["Authorization"] = f"Bearer {token}"
        if user is not None:
            self.client.force_login(user, backend=BACKEND)

    def get(self, path: str, **query):
        return self._answer(self.client.get(f"/api/v1/{path}", query, headers=self.headers))

    def post(self, path: str, **data):
        return self._send("post", path, data)

    def put(self, path: str, **data):
        return self._send("put", path, data)

    def delete(self, path: str):
        return self._answer(self.client.delete(f"/api/v1/{path}", headers=self.headers))

    def upload(self, path: str, name: str, content: bytes, **data):
        file = SimpleUploadedFile(name, content)
        sent = {"file": file, **data}
        return self._answer(self.client.post(f"/api/v1/{path}", sent, headers=self.headers))

    def _send(self, method: str, path: str, data: dict):
        send = getattr(self.client, method)
        given = {"data": data, "content_type": "application/json", "headers": self.headers}
        return self._answer(send(f"/api/v1/{path}", **given))

    def _answer(self, response):
        self.last = response
        return response.status_code, response.json() if response.content else None


def token_of(user, *scopes: str, cycle: str = "", days: int = 30) -> str:
    """The secret of a new token of this person."""
    now = timezone.now()
    made = tokens.make(
        user,
        "test",
        scopes=list(scopes),
        cycle=cycle,
        expires_at=now + timedelta(days=days),
        by=user,
        now=now,
    )
    return made[1]


def codes(answer) -> tuple[int, list[str]]:
    """The status of a refusal and the codes of what stands in the way."""
    status, body = answer
    return status, [o["code"] for o in body["obstacles"]]
