"""Why a document could not be made."""

from __future__ import annotations

# What a second try of the same text would meet again.
FINAL = ("too-complex", "lost-text", "bad-asset")
CODES = ("no-pango", "timeout", "memory", "too-complex", "lost-text", "bad-asset", "crashed")


class RenderFailed(Exception):
    """A PDF was not made; nothing was left at the place where it should have been.

    ``code`` is one of CODES. ``text`` says in one or two plain sentences what happened and what to do.
    ``blocks`` names the blocks concerned, as ``{"chapter": label, "block": id, "text": str}``.
    """

    def __init__(self, code: str, text: str, blocks: list[dict] | None = None):
        super().__init__(text)
        self.code, self.text, self.blocks = code, text, blocks or []
        self.final = code in FINAL
