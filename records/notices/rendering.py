"""From a template to a letter: one text, from which the HTML is made, in the language of the person."""

from __future__ import annotations

import copy
import re
import unicodedata
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe

SUBJECT = 250  # characters


@dataclass(frozen=True)
class Words:
    """A rendered notice: its subject in one line, and its text."""

    subject: str
    text: str


def one_line(text: str) -> str:
    """The text without line breaks and control characters, so that no name can begin a header or a line."""
    plain = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in str(text))
    return " ".join(plain.split())


def flat(value):
    """The value with names and titles on one line each: those of a context, and those of the objects in it."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, models.Model):
        value = copy.copy(value)
        for field in value._meta.concrete_fields:
            if isinstance(field, models.CharField) and field.attname in value.__dict__:
                setattr(value, field.attname, one_line(getattr(value, field.attname) or ""))
    return value


def words(template: str, language: str, context: dict) -> Words:
    """Render ``templates/notices/TEMPLATE.txt``: the first line is its subject."""
    given = {name: flat(value) for name, value in context.items()}
    with translation.override(language):
        text = render_to_string(f"notices/{template}.txt", {**given, "site": settings.SITE_URL})
    subject, _sep, body = text.strip().partition("\n")
    return Words(one_line(subject)[:SUBJECT], body.strip() + "\n")


def html(subject: str, text: str, language: str, footer: dict) -> str:
    """The letter as HTML: the same words in paragraphs, in the frame that all letters share."""
    with translation.override(language):
        return render_to_string(
            "notices/_frame.html",
            {"subject": subject, "paragraphs": _paragraphs(text), "site": settings.SITE_URL, **footer},
        )


def plain(text: str, language: str, footer: dict) -> str:
    """The letter as plain text, with the same foot as its HTML."""
    with translation.override(language):
        return render_to_string("notices/_plain.txt", {"text": text, "site": settings.SITE_URL, **footer})


def _paragraphs(text: str) -> list:
    """Escaped paragraphs. Only a line that is an address of this portal, and nothing else, becomes a link."""
    return [
        mark_safe("<br>\n".join(map(_line, part.splitlines()))) for part in re.split(r"\n\s*\n", text.strip())
    ]


def _line(line: str) -> str:
    address = line.strip()
    if address.startswith(f"{settings.SITE_URL}/") and len(address.split()) == 1:
        return format_html('<a href="{}">{}</a>', address, address)
    return escape(line)
