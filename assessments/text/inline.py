"""What stands inside a block: the ``markdown`` library's inline pass with the dialect's own marks.

Every pattern is bounded, so that hostile brackets cost time in proportion. Nothing becomes HTML by way
of text: raw tags stay text, and all escaping is left to the serialiser.
"""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as etree
from collections.abc import Callable, Sequence

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor, SubstituteTagInlineProcessor
from markdown.util import ETX, STX, AtomicString

from . import mathematics
from .blocks import Leaf
from .model import Place, Problem

Cite = Callable[[list[tuple[str, str | None]]], str | None]

LINKS = ("http://", "https://", "mailto:")
LABEL = r"(?:\\.|[^\[\]\\]|\[[^\[\]]{0,500}\]){0,3000}"
ADDRESS = rf'([^\s()<>{STX}{ETX}]*(?:\([^\s()<>{STX}{ETX}]*\)[^\s()<>{STX}{ETX}]*)*)(?:\s+"([^"]*)")?'
ATTRIBUTES = r'(\{\s*(?:[#.][\w:-]+|[\w-]+="[^"{}]*")(?:\s+(?:[#.][\w:-]+|[\w-]+="[^"{}]*"))*\s*\})?'
# A key ends with a letter or a digit: the full stop after it is the sentence's.
CITED = re.compile(r"(?<!\w)-?@(\w(?:[\w:.#%&+?~/\-]*\w)?)")
SPECIAL = re.compile(r"[\\`*_$\[\]<&{@!]|  \n")
LIST_MARK = re.compile(r"^[A-Za-z0-9].*\d|^(?:Figure|Table|Box|Section|Chapter|Annex)\b", re.DOTALL)


class Inline:
    """The inline pass of one document; ``apply`` fills the element of a leaf.

    ``places`` answers what a key may mean (none: there is no such target; several: nobody can tell which),
    ``notes`` the keys of defined footnotes. What is met on the way is kept in ``cited``, ``noted`` and ``problems``.
    """

    def __init__(
        self,
        cite: Cite | None,
        figure: Callable[[str], str | None] | None,
        places: Callable[[str], Sequence[Place]],
        notes: set[str],
    ):
        self.cite, self.figure, self.places, self.notes = cite, figure, places, notes
        self.cited: dict[str, None] = {}
        self.noted: dict[str, int] = {}
        self.noted_keys: list[str] = []
        self.problems: list[Problem] = []
        self.leaf: Leaf | None = None
        self._formulae: dict[str, str] = {}
        self._formula_characters = 0
        self._markdown = _library(self)

    def apply(self, leaf: Leaf) -> None:
        """Read the leaf's raw text into its element, before the blocks nested in it."""
        element = leaf.element
        if leaf.literal:
            element.text = leaf.raw or None
            return
        if not SPECIAL.search(leaf.raw):
            element.text = leaf.raw
            return
        self.leaf = leaf
        holder = etree.Element("div")
        inside = etree.SubElement(holder, "span")
        inside.text = leaf.raw
        self._markdown.treeprocessors["inline"].run(holder)
        self._markdown.treeprocessors["unescape"].run(holder)
        element.text = inside.text
        for index, child in enumerate(list(inside)):
            element.insert(index, child)

    def problem(self, mark: str, code: str, text: str) -> None:
        """Report at the line of the block where ``mark`` stands."""
        at = max(self.leaf.raw.find(mark), 0)
        self.problems.append(Problem(self.leaf.line_start + self.leaf.raw.count("\n", 0, at), code, text))

    def place(self, mark: str, key: str) -> Place | None:
        """The one place of that key; where there is none or several, a problem and None."""
        found = self.places(key)
        if len(found) == 1:
            return found[0]
        if found:
            where = " and ".join(f"chapter {place.chapter}" for place in found)
            self.problem(mark, "ambiguous-reference", f"the key {key} stands in {where}: rename one.")
        else:
            self.problem(mark, "unknown-reference", f"nothing has the key {key}.")
        return None

    def wrong_with(self, formula: str) -> str:
        """Why a formula cannot be set; empty where it can. What one text may ask for is bounded."""
        if formula not in self._formulae:
            self._formula_characters += len(formula)
            if self._formula_characters > mathematics.MAX_ALL:
                return f"one text has at most {mathematics.MAX_ALL:,} characters of different formulae"
            try:
                mathematics.check(formula)
                self._formulae[formula] = ""
            except mathematics.CannotBeSet as error:
                self._formulae[formula] = str(error)
        return self._formulae[formula]

    def note_number(self, key: str) -> int:
        """The number of a note: notes count in the order of their first marks."""
        if key not in self.noted:
            self.noted_keys.append(key)
            self.noted[key] = len(self.noted_keys)
        return self.noted[key]


def _library(inline: Inline) -> Markdown:
    """The library with its patterns for raw HTML, links and entities replaced by ours."""
    library = Markdown()
    patterns = library.inlinePatterns
    for name in (
        "backtick",
        "reference",
        "link",
        "image_link",
        "image_reference",
        "short_reference",
        "short_image_ref",
        "autolink",
        "automail",
        "html",
        "entity",
    ):
        patterns.deregister(name)
    library.ESCAPED_CHARS = [*library.ESCAPED_CHARS, "$", "|", "<", ">", "&", "@", ":", '"', "^", "~"]
    ours = [
        (_Code, rf"(?<![`\\])(`+)(?!`)([^{STX}{ETX}]{{1,5000}}?)(?<!`)\1(?!`)", 199),
        (_Math, rf"(?<![\\$])\$\$((?:\\.|[^$\\{STX}{ETX}]|\$(?!\$)){{1,10000}}?)\$\$", 198),
        (_Math, rf"(?<![\\$])\$(?![\s$])((?:\\.|[^$\\{STX}{ETX}]){{1,2000}})(?<!\s)\$(?![\d$])", 197),
        (_NoteMark, r"(?<!\\)\[\^([^\]\s]{1,60})\]", 196),
        (_Reference, r"(?<!\\)\[#((?:sec|fig|tbl|box|ch):[^\]\[\s]{1,80})\]", 195),
        (_Citation, rf"(?<!\\)\[(?=[^\[\]@]*@)([^\[\]{STX}{ETX}]{{1,3000}})\](?!\()", 194),
        (_Image, rf"(?<!\\)!\[([^\[\]{STX}{ETX}]{{0,3000}})\]\({ADDRESS}\){ATTRIBUTES}", 193),
        (_Link, rf"(?<![\\!])\[({LABEL})\]\({ADDRESS}\){ATTRIBUTES}", 192),
        (_Address, rf"(?<!\\)<((?:https?://|mailto:)?[^\s<>{STX}{ETX}]{{3,2000}})>", 191),
        (_Sight, rf"(?<!\\)\{{([^{{}}\[\]{STX}{ETX}]{{1,300}})\}}", 190),
        (_BareCitation, r"(?<![\w\\.@/-])@(?=[A-Za-z][\w:.\-]*[\d.:])", 185),
        (_Entity, r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});", 175),
    ]
    for kind, pattern, priority in ours:
        processor = kind(pattern, library)
        processor.inline = inline
        patterns.register(processor, f"{kind.__name__}{priority}", priority)
    patterns.register(SubstituteTagInlineProcessor(r"\\\n", "br"), "backslash_break", 189)
    return library


class _Pattern(InlineProcessor):
    inline: Inline

    def handleMatch(self, m, data):
        made = self.make(m)
        if made is None:
            return None, None, None
        return made, m.start(0), m.end(0)

    def make(self, m):
        """The element that stands for the match, or None where it is only text; each pattern has its own."""
        return None


class _Code(_Pattern):
    def make(self, m):
        return _element("code", m[2].strip() or m[2])


class _Math(_Pattern):
    """A formula keeps its source as its text; one that cannot be set is reported, and shown as typed."""

    def make(self, m):
        name = "math display" if m[0].startswith("$$") else "math"
        wrong = self.inline.wrong_with(m[0])
        if wrong:
            self.inline.problem(m[0], "invalid-formula", f"the formula {m[0][:60]} cannot be set: {wrong}.")
            name += " unset"
        return _element("code", m[0], {"class": name})


class _NoteMark(_Pattern):
    """A note's mark. Its number is an attribute: numbers that the layout makes are never block text."""

    ANCESTOR_EXCLUDES = ("a",)

    def make(self, m):
        if m[1] not in self.inline.notes:
            self.inline.problem(m[0], "footnote-undefined", f"footnote {m[0]} has no text: {m[0]}: ….")
            return _element("span", m[0], {"class": "unresolved"})
        number = self.inline.note_number(m[1])
        mark = etree.Element("sup", {"class": "fnref"})
        mark.text = AtomicString("")
        link = {"href": f"#fn-{number}", "data-number": str(number), "aria-label": f"Note {number}"}
        mark.append(_element("a", "", link))
        return mark


class _Reference(_Pattern):
    ANCESTOR_EXCLUDES = ("a",)

    def make(self, m):
        place = self.inline.place(m[0], m[1])
        if place is None:
            return _element("span", m[0], {"class": "unresolved"})
        return _element("a", place.label, {"class": "xref", **_leading_to(place)})


class _Citation(_Pattern):
    """``[see @a; @b, p. 3]``: words before a key stand before what the citing function answers."""

    ANCESTOR_EXCLUDES = ("a",)

    def make(self, m):
        groups = _citation_groups(m[1])
        if not groups:
            return None
        made = [self._one(m[0], prefix, items) for prefix, items in groups]
        if len(made) == 1:
            return made[0]
        holder = etree.Element("span", {"class": "cites"})
        holder.text = AtomicString("")
        for cite in made:
            cite.tail = AtomicString(" ")
            holder.append(cite)
        made[-1].tail = None
        return holder

    def _one(self, mark, prefix, items):
        inline = self.inline
        for key, _ in items:
            inline.cited.setdefault(key)
        text, missing = None, [items[0][0]]
        if inline.cite is not None:
            try:
                text = inline.cite(items)
            except KeyError as error:
                missing = [str(error.args[0])] if error.args else missing
            if text is None:
                inline.problem(mark, "unknown-source", f"no source has the key {', '.join(missing)}.")
        name = "cite" if text is not None else "cite unresolved"
        if text is None:
            text = "(" + "; ".join(f"{key}, {place}" if place else key for key, place in items) + ")"
        if prefix:
            text = f"{text[0]}{prefix} {text[1:]}" if text[:1] in ("(", "[") else f"{prefix} {text}"
        keys = " ".join(key for key, _ in items)
        return _element("a", text, {"class": name, "href": f"#ref-{items[0][0]}", "data-keys": keys})


class _BareCitation(_Pattern):
    """A key without brackets stays text; authors are told."""

    def make(self, m):
        self.inline.problem(m[0], "bare-citation", "a citation needs brackets: [@key]. Shown as text.")
        return "@"


class _Image(_Pattern):
    """A picture in a line: ours is shown, a stranger's address is never fetched."""

    def make(self, m):
        alt, address = m[1].strip(), m[2]
        if not address.startswith("figure:"):
            self.inline.problem(m[0], "outside-image", "pictures come from the chapter's files: figure:KEY.")
            return m[0]
        self.inline.problem(m[0], "inline-figure", "a figure stands on a line of its own.")
        key = address.removeprefix("figure:")
        source = self.inline.figure(key) if self.inline.figure else key
        if not source:
            self.inline.problem(m[0], "unknown-figure", f"the chapter has no figure file {key}.")
            return m[0]
        image = _element("img", "", {"src": f"asset:{source.removeprefix('asset:')}", "alt": alt})
        return image


class _Link(_Pattern):
    ANCESTOR_EXCLUDES = ("a",)

    def make(self, m):
        address, title, attributes = m[2], m[3], m[4]
        if not m[1].strip():
            return None
        if address.startswith("#"):
            place = self.inline.place(m[0], address[1:])
            if place is None:
                return _wrapped(m[1], "span", {"class": "unresolved"})
            leads = _leading_to(place)
        elif not address.lower().startswith(LINKS):
            self.inline.problem(m[0], "refused-link", "a link begins with https://, http://, mailto: or #.")
            return None
        else:
            leads = {"href": address}
        if attributes:
            self.inline.problem(m[0], "ignored-attributes", f"{attributes} says nothing here; left out.")
        more = {"title": title} if title else {}
        return _wrapped(m[1], "a", {**leads, **more})


class _Address(_Pattern):
    ANCESTOR_EXCLUDES = ("a",)

    def make(self, m):
        address = m[1]
        if address.lower().startswith(LINKS):
            return _element("a", address.removeprefix("mailto:"), {"href": address})
        if re.fullmatch(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", address):
            return _element("a", address, {"href": f"mailto:{address}"})
        return None


class _Sight(_Pattern):
    """The line of sight to the chapters, ``{3.2, Figure 3.1}``."""

    def make(self, m):
        if not LIST_MARK.search(m[1]) or "=" in m[1]:
            return None
        return _element("span", m[0], {"class": "sight"})


class _Entity(_Pattern):
    def make(self, m):
        text = html.unescape(m[0])
        # A reference to a control character would break the library's own markers.
        return text if text != m[0] and text.isprintable() or text.isspace() and len(text) == 1 else None


def _leading_to(place: Place) -> dict[str, str]:
    """Only a page knows the address of another chapter; on paper the words stay words."""
    return {"data-at": f"{place.chapter}#{place.id}"} if place.chapter else {"href": f"#{place.id}"}


def _element(tag: str, text: str, attributes: dict[str, str] | None = None) -> etree.Element:
    element = etree.Element(tag, attributes or {})
    element.text = AtomicString(text)
    return element


def _wrapped(raw: str, tag: str, attributes: dict[str, str]) -> etree.Element:
    """An element whose text the library still reads (emphasis in a link)."""
    element = etree.Element(tag, attributes)
    element.text = raw
    return element


def _citation_groups(inside: str) -> list[tuple[str, list[tuple[str, str | None]]]]:
    """(words before, [(key, place or None)]) for each run of keys that needs no words before it."""
    groups: list[tuple[str, list[tuple[str, str | None]]]] = []
    words = ""
    for part in inside.split(";"):
        found = CITED.search(part)
        if not found:
            words += part.strip() + "; "
            continue
        before = " ".join((words + part[: found.start()]).split())
        place = " ".join(part[found.end() :].strip().lstrip(",").split()) or None
        words = ""
        if before or not groups:
            groups.append((before, []))
        groups[-1][1].append((found[1], place))
    if groups and words.strip("; "):
        key, place = groups[-1][1][-1]
        groups[-1][1][-1] = (key, "; ".join(filter(None, [place, words.strip("; ")])))
    return groups
