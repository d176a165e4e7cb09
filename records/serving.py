"""Kept files as they are handed out: a stranger's file is saved by who asks for it and never opened in the page."""

from __future__ import annotations

from django.http import FileResponse, Http404

from records import files

# A file is guessed at by nothing, runs nothing and loads nothing.
INERT = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"}
ANY_FILE = "application/octet-stream"


def attached(name: str, sha256: str, filename: str, content_type: str | None = ANY_FILE) -> FileResponse:
    """The kept file ``name``, to be saved as ``filename``; None: of the type that this name tells.

    Raises Http404 where the file is gone, Altered where it is not what was kept.
    """
    try:
        held = files.opened(name, sha256)
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(held, as_attachment=True, filename=filename, content_type=content_type, headers=INERT)
