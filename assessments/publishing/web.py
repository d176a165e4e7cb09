"""The web edition: statements with lasting links, contents, search within, how a page is cited.

A statement's link is its block's lasting id and the sentence's place in it. What is published never changes, so the
link leads to the same words for good.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape

from django.utils.translation import gettext as _

from assessments.cycles.models import Cycle
from assessments.publishing import pages
from assessments.publishing.models import Publication, PublicationFile
from assessments.rendering import places
from assessments.rendering.statements import by_term, find
from assessments.rendering.wording import wording
from assessments.text import sentences
from records import files

# A link stands before each sentence of these; a heading's own is its id.
LINKED = {"p", "li", "td", "dd"}
HITS = 100


@dataclass(frozen=True)
class Reading:
    """A text for the screen: ``outline`` is [(level, words, id)] of its headings below the title."""

    html: str
    outline: list[tuple[int, str, str]]


def reading(html: str, file: PublicationFile, cycle: Cycle) -> Reading:
    """The published HTML with a link before each statement. Made once for each file, by its hash."""
    return _reading(file.sha256, html, cycle.language)


@lru_cache(maxsize=64)
def _reading(_sha256: str, html: str, language: str) -> Reading:
    root = _tree(html)
    marks: dict[str, list[tuple[int, str]]] = {}
    for element in _blocks(root):
        name = element.get("data-b")
        text = _own_words(element)
        for place, (start, _end) in enumerate(sentences.split(text, language), 1):
            link = _link(name, place)
            marks.setdefault(name, []).append((places.before(text, start), link))
    outline = [
        (int(e.tag[1]), _words(e), e.get("id")) for e in root.iter() if e.tag in ("h2", "h3") and e.get("id")
    ]
    return Reading(places.insert(html, marks), outline)


def _link(block: str, place: int) -> str:
    name = escape(statement_id(block, place))
    label = escape(_("Link to this statement"))
    return f'<a class="perm" id="{name}" href="#{name}" aria-label="{label}"></a>'


def statement_id(block: str, place: int) -> str:
    """The name of a statement in its page: block and place of the sentence, from 1."""
    return f"s-{block}-{place}"


def _tree(html: str):
    import tinyhtml5

    return tinyhtml5.parse(f"<!doctype html><body>{html}</body>", namespace_html_elements=False)


def _blocks(root) -> list:
    skipped = {
        element
        for area in root.iter("section")
        if area.get("class") == "references"
        for element in area.iter()
    }
    return [e for e in root.iter() if e.get("data-b") and e.tag in LINKED and e not in skipped]


def _own_words(element) -> str:
    """A block's words as the record has them: without blocks of their own, white space collapsed."""
    parts = [element.text or ""]
    for child in element:
        if not child.get("data-b"):
            parts.append(_inner(child))
        parts.append(child.tail or "")
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def _inner(element) -> str:
    parts = [element.text or ""]
    for child in element:
        if not child.get("data-b"):
            parts.append(_inner(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _words(element) -> str:
    number = element.get("data-number")
    return " ".join(([number] if number else []) + "".join(element.itertext()).split())


def text_of(file: PublicationFile) -> str:
    """The text of a published page, its pictures as ``asset:NAME`` again."""
    return pages.text_of(files.read(file.path, file.sha256).decode())


def statements(texts: list[PublicationFile], cycle: Cycle) -> list[dict]:
    """The index of statements: [{"term", "rows": [{"text", "section", "file", "id"}]}] in the order of terms."""
    found, homes = [], {}
    for file in texts:
        for statement in find(_tree(text_of(file)).find("body"), cycle.language):
            found.append(statement)
            homes[id(statement)] = file
    return [
        {
            "term": term,
            "rows": [
                {
                    "text": s.text,
                    "section": s.section,
                    "file": homes[id(s)],
                    "id": statement_id(s.block, s.number),
                }
                for s in held
            ],
        }
        for term, held in by_term(found, cycle.language)
    ]


def search(publication: Publication, texts: list[PublicationFile], words: str) -> list[dict]:
    """Where all the words stand in one block of the edition: [{"file", "block", "before", "hit", "after"}]."""
    wanted = words.casefold().split()[:8]
    if not wanted:
        return []
    found = []
    for file in texts:
        for name, text in _texts(file.sha256, text_of(file)):
            plain = text.casefold()
            if all(word in plain for word in wanted):
                at = plain.find(wanted[0])
                end = at + len(wanted[0])
                found.append(
                    {
                        "file": file,
                        "id": name,
                        "before": ("… " if at > 80 else "") + text[max(0, at - 80) : at],
                        "hit": text[at:end],
                        "after": text[end : end + 120] + (" …" if len(text) > end + 120 else ""),
                    }
                )
                if len(found) == HITS:
                    return found
    return found


@lru_cache(maxsize=64)
def _texts(_sha256: str, html: str) -> list[tuple[str, str]]:
    """(id in the page, words) of each block."""
    return [
        (e.get("id") or statement_id(e.get("data-b"), 1), unescape(_own_words(e)))
        for e in _tree(html).iter()
        if e.get("data-b")
    ]


def citation_of(publication: Publication, file: PublicationFile) -> str:
    """How one text of the publication is cited."""
    words = wording(publication.cycle.language)
    facts = (publication.matter or {}).get("matter", {}).get("imprint", [])
    whole = next((value for label, value in facts if label == words["cite"]), "")
    return f"{file.title}. {_('In:')} {whole}" if whole else ""
