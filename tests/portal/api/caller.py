"""One person's calls of the API."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class Caller:
    """The API as one person: answers are (status, body)."""

    def __init__(self, user=None):
        self.client = Client()
        if user is not None:
            self.client.force_login(user, backend=BACKEND)

    def get(self, path: str, **query):
        return self._answer(self.client.get(f"/api/v1/{path}", query))

    def post(self, path: str, **data):
        return self._answer(self.client.post(f"/api/v1/{path}", data, content_type="application/json"))

    def put(self, path: str, **data):
        return self._answer(self.client.put(f"/api/v1/{path}", data, content_type="application/json"))

    def delete(self, path: str):
        return self._answer(self.client.delete(f"/api/v1/{path}"))

    def upload(self, path: str, name: str, content: bytes, **data):
        file = SimpleUploadedFile(name, content)
        return self._answer(self.client.post(f"/api/v1/{path}", {"file": file, **data}))

    def _answer(self, response):
        return response.status_code, response.json() if response.content else None


def codes(answer) -> tuple[int, list[str]]:
    """The status of a refusal and the codes of what stands in the way."""
    status, body = answer
    return status, [o["code"] for o in body["obstacles"]]
