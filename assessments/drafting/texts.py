"""Reads texts that were written elsewhere, in Markdown or Word (procedure 4.2)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.utils.translation import gettext as _

from assessments.text.model import MAX_TEXT_BYTES
from records.obstacles import refuse

MAX_DOCX_BYTES = 30 * 1024 * 1024


def read_text(data: bytes, filename: str) -> str:
    """The Markdown of a .md or .docx file. Raises Blocked, naming the file and what was expected."""
    ending = Path(filename).suffix.lower()
    if ending == ".docx":
        return _from_word(data, filename)
    if ending not in (".md", ".markdown", ".txt"):
        refuse(
            "unknown-format",
            _("%(file)s is no text that can be taken in.") % {"file": filename},
            rule="4.2",
            remedy=_("Expected: Markdown (.md) or Word (.docx)."),
        )
    _limit(data, filename, MAX_TEXT_BYTES)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        refuse(
            "not-utf8",
            _("%(file)s, line %(line)s: this is not UTF-8.") % {"file": filename, "line": line},
            rule="4.2",
            remedy=_("Save the file as UTF-8 and send it again."),
        )


def _limit(data: bytes, filename: str, most: int) -> None:
    if len(data) > most:
        refuse(
            "too-large",
            _("%(file)s has %(size)s MB; at most %(most)s MB are read.")
            % {"file": filename, "size": f"{len(data) / 1048576:.1f}", "most": f"{most / 1048576:.0f}"},
            rule="4.2",
        )


def _from_word(data: bytes, filename: str) -> str:
    """Word to Markdown by Pandoc, with raw HTML left out; images in the file are not taken."""
    _limit(data, filename, MAX_DOCX_BYTES)
    try:
        import pypandoc

        pypandoc.get_pandoc_version()
    except (ImportError, OSError):
        refuse(
            "no-pandoc",
            _("%(file)s is a Word file, and this machine has no Pandoc to read it.") % {"file": filename},
            rule="4.2",
            remedy=_("Save it as Markdown, or have pypandoc_binary installed."),
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "text.docx")
        path.write_bytes(data)
        try:
            text = pypandoc.convert_file(
                str(path),
                "markdown-raw_html-raw_attribute-native_divs-native_spans-simple_tables-multiline_tables"
                "-grid_tables-header_attributes-link_attributes-smart",
                format="docx",
                extra_args=["--wrap=none", "--markdown-headings=atx", "--sandbox"],
            )
        except RuntimeError:
            refuse(
                "unreadable-docx",
                _("%(file)s cannot be read as a Word file.") % {"file": filename},
                rule="4.2",
                remedy=_("Open it in Word, save it again as .docx, and send that."),
            )
    return text
