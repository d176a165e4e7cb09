"""JATS, the archives' XML (Archiving tag set 1.3), written by ourselves from the report's elements. No Django.

Sections nest by their headings; notes, references, figures and tables stand where the tag set wants them, and
every block keeps its lasting id.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, fromstring, register_namespace, tostring

from assessments.text import mathematics

from .matter import credit
from .requests import Request
from .trees import MADE, Part, parts

register_namespace("xlink", "http://www.w3.org/1999/xlink")
XLINK = "{http://www.w3.org/1999/xlink}"
DOCTYPE = (
    '<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving and Interchange DTD v1.3 20210610//EN" '
    '"JATS-archivearticle1-3.dtd">'
)
INLINE = {
    **{
        "em": "italic",
        "i": "italic",
        "strong": "bold",
        "b": "bold",
        "sup": "sup",
        "sub": "sub",
        "code": "monospace",
    },
    **{"s": "strike", "u": "underline"},
}
BLOCKS = {"p", "ul", "ol", "table", "figure", "aside", "blockquote", "pre", "dl", "div", "section"}


def write(request: Request) -> None:
    """Write the report as one article in XML to ``request.out``."""
    article = Element("article", {"article-type": "other", "dtd-version": "1.3"})
    article.set("{http://www.w3.org/XML/1998/namespace}lang", request.language)
    _front(article, request)
    body, back = SubElement(article, "body"), SubElement(article, "back")
    writer = _Writer(request, back)
    for part in parts(request):
        writer.part(part, body)
    for area in list(back):
        if len(area) == (area.tag == "ref-list"):
            back.remove(area)
    if not len(back):
        article.remove(back)
    text = tostring(article, encoding="unicode", xml_declaration=False)
    request.out.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{DOCTYPE}\n{text}\n', encoding="utf-8")


def _front(article: Element, request: Request) -> None:
    front, about = request.front or {}, request.metadata
    meta = SubElement(SubElement(article, "front"), "article-meta")
    if about.get("doi"):
        SubElement(meta, "article-id", {"pub-id-type": "doi"}).text = about["doi"]
    group = SubElement(meta, "title-group")
    SubElement(group, "article-title").text = request.title or request.chapters[0].title
    if front.get("subtitle"):
        SubElement(group, "subtitle").text = front["subtitle"]
    if about.get("author"):
        contributors = SubElement(meta, "contrib-group")
        contributor = SubElement(contributors, "contrib", {"contrib-type": "author"})
        SubElement(contributor, "collab").text = about["author"]
    if about.get("isbn"):
        SubElement(meta, "isbn").text = about["isbn"]
    if about.get("licence"):
        SubElement(SubElement(SubElement(meta, "permissions"), "license"), "license-p").text = about[
            "licence"
        ]
    notes = [text for text in (request.banner, request.watermark, front.get("notice")) if text]
    if notes:
        block = SubElement(SubElement(meta, "abstract", {"abstract-type": "note"}), "p")
        block.text = " ".join(dict.fromkeys(notes))


class _Writer:
    """Turns parts into sections; notes and references are collected behind the text."""

    def __init__(self, request: Request, back: Element):
        self.request = request
        self.notes = SubElement(back, "fn-group")
        self.listed = SubElement(back, "ref-list")
        SubElement(self.listed, "title").text = ""

    def part(self, part: Part, body: Element) -> None:
        section = SubElement(body, "sec", {"id": _id(part.element.get("id") or part.key)})
        if part.chapter is not None and part.chapter.label:
            section.set("sec-type", "chapter")
        heading = part.element.find(".//h1")
        if heading is None:
            SubElement(section, "title").text = part.title
        self.open = [(1, section)]
        self.prefix = f"{part.key}-"
        self.blocks(part.element)

    @property
    def here(self) -> Element:
        return self.open[-1][1]

    def blocks(self, holder: Element) -> None:
        """The blocks of a part one after another; headings open and close sections."""
        for element in holder:
            level = int(element.tag[1]) if re.fullmatch("h[1-6]", element.tag) else 0
            if level:
                self.heading(element, level)
            elif element.get("class") == "footnotes":
                self.footnotes(element)
            elif element.get("class") == "references":
                self.references(element)
            elif element.tag in ("div", "section") and not element.get("data-b"):
                self.blocks(element)
            else:
                self.block(element, self.here)

    def heading(self, element: Element, level: int) -> None:
        if level == 1 and self.here.find("title") is None:
            section = self.here
        else:
            while len(self.open) > 1 and self.open[-1][0] >= level:
                self.open.pop()
            section = SubElement(self.here, "sec")
            self.open.append((level, section))
            if element.get("id"):
                section.set("id", _id(element.get("id")))
        made = element.find(f"span[@class='{MADE}']")
        if made is not None:
            SubElement(section, "label").text = made.text.strip()
        self.inline(element, SubElement(section, "title"))

    def block(self, element: Element, into: Element) -> None:
        kind = element.tag
        if kind in ("ul", "ol", "dl"):
            self.listing(element, into)
        elif kind == "table":
            self.table(element, into)
        elif kind == "figure":
            self.figure(element, into)
        elif kind == "aside":
            self.box(element, into)
        elif kind == "blockquote":
            self.inside(element, SubElement(into, "disp-quote"))
        elif kind == "pre":
            self.inline(element, SubElement(into, "preformat"))
        elif kind == "hr":
            return
        elif kind in ("div", "section"):
            self.inside(element, into)
        else:
            self.inline(element, self.named(element, SubElement(into, "p")))

    def inside(self, element: Element, into: Element) -> None:
        """What stands in an item, box or quotation: its blocks, or one paragraph of its words."""
        loose = [child for child in element if child.tag not in BLOCKS and not child.tag.startswith("h")]
        if (element.text or "").strip() or loose:
            self.inline(element, self.named(element, SubElement(into, "p")), without=BLOCKS)
        for child in element:
            if child.tag in BLOCKS:
                self.block(child, into)
            elif child.tag.startswith("h") and child.tag != "hr":
                self.inline(child, SubElement(SubElement(into, "p"), "bold"))

    def named(self, element: Element, made: Element) -> Element:
        # Blocks of two chapters may have one id; in one file each begins with its chapter's.
        name = element.get("id") or (f"{self.prefix}{element.get('data-b')}" if element.get("data-b") else "")
        if name:
            made.set("id", _id(name))
        return made

    def listing(self, element: Element, into: Element) -> None:
        kind = {"ul": "bullet", "ol": "order", "dl": "simple"}[element.tag]
        made = SubElement(into, "list", {"list-type": kind})
        for child in element:
            item = SubElement(made, "list-item")
            if child.tag == "dt":
                self.inline(child, SubElement(SubElement(item, "p"), "bold"))
            else:
                self.inside(child, item)

    def table(self, element: Element, into: Element) -> None:
        wrap = self.named(element, SubElement(into, "table-wrap"))
        caption = element.find("caption")
        if caption is not None:
            self.caption(caption, wrap)
        made = SubElement(wrap, "table")
        for area in element:
            if area.tag in ("thead", "tbody", "tfoot"):
                below = SubElement(made, area.tag)
                for row in area.iter("tr"):
                    line = SubElement(below, "tr")
                    for cell in row:
                        kept = {
                            key: cell.get(key) for key in ("colspan", "rowspan", "scope") if cell.get(key)
                        }
                        if "align-end" in (cell.get("class") or ""):
                            kept["align"] = "right"
                        self.inline(cell, SubElement(line, cell.tag, kept))

    def figure(self, element: Element, into: Element) -> None:
        made = self.named(element, SubElement(into, "fig"))
        caption = element.find("figcaption")
        if caption is not None:
            self.caption(caption, made)
        for image in element.iter("img"):
            SubElement(made, "alt-text").text = image.get("alt", "")
            key = image.get("src", "").removeprefix("asset:")
            path = self.request.assets.get(key)
            SubElement(made, "graphic", {f"{XLINK}href": f"{key}{path.suffix.lower()}" if path else key})
            stated = credit((self.request.matter.get("figures") or {}).get(key, {}))
            if stated:
                SubElement(SubElement(made, "permissions"), "copyright-statement").text = stated

    def caption(self, element: Element, into: Element) -> None:
        made = element.find(f"span[@class='{MADE}']")
        if made is not None:
            SubElement(into, "label").text = made.text.strip()
        self.inline(element, SubElement(SubElement(into, "caption"), "p"))

    def box(self, element: Element, into: Element) -> None:
        made = self.named(element, SubElement(into, "boxed-text"))
        for child in element:
            if child.get("class") == "box-title":
                self.caption(child, made)
            else:
                self.block(child, made) if child.tag in BLOCKS else self.inside(child, made)

    def footnotes(self, area: Element) -> None:
        for item in area.iter("li"):
            if item.get("id"):
                note = SubElement(self.notes, "fn", {"id": _id(item.get("id"))})
                if item.get("data-number"):
                    SubElement(note, "label").text = item.get("data-number")
                self.inside(item, note)

    def references(self, area: Element) -> None:
        if not self.listed[0].text:
            self.listed[0].text = wording_of_references(area)
        for item in area.iter("li"):
            made = SubElement(self.listed, "ref", {"id": _id(item.get("id") or item.get("data-b") or "")})
            self.inline(item, SubElement(made, "mixed-citation"))

    def inline(self, element: Element, into: Element, without=frozenset()) -> None:
        """The words of an element with their marks; ``without`` leaves out elements that are blocks."""
        _add(into, element.text)
        for child in element:
            if child.get("class") == MADE and element.tag != "p":
                pass
            elif child.tag not in without:
                self.mark(child, into)
            _add(into, child.tail)

    def mark(self, child: Element, into: Element) -> None:
        name, target = child.tag, child.get("href", "")
        if name == "br":
            SubElement(into, "break") if into.tag in ("td", "th", "title") else _add(into, "\n")
        elif name == "img" or name == "code" and _formula(child, into):
            return
        elif name == "sup" and child.get("class") == "fnref":
            for link in child.iter("a"):
                made = SubElement(into, "xref", {"ref-type": "fn", "rid": _id(link.get("href", "#")[1:])})
                SubElement(made, "sup").text = link.text
        elif name == "a" and target.startswith("#"):
            kind = "bibr" if child.get("class") == "cite" else _kind(target)
            self.inline(child, SubElement(into, "xref", {"ref-type": kind, "rid": _id(target[1:])}))
        elif name == "a" and target:
            self.inline(child, SubElement(into, "ext-link", {"ext-link-type": "uri", f"{XLINK}href": target}))
        elif name in INLINE:
            self.inline(child, SubElement(into, INLINE[name]))
        else:
            self.inline(child, into)


def _formula(child: Element, into: Element) -> bool:
    """Put a formula that can be set as TeX and as MathML; False for other code."""
    made = mathematics.mathml(child.text or "") if child.get("class") in ("math", "math display") else None
    if made is None:
        return False
    formula, display = mathematics.inside(child.text)
    # The tag set lets a formula of its own stand in few places; within a title it stands in the line.
    wrap = SubElement(into, "disp-formula" if display and into.tag in ("p", "td", "th") else "inline-formula")
    either = SubElement(wrap, "alternatives")
    SubElement(either, "tex-math").text = formula
    math = fromstring(made)
    for element in math.iter():
        element.tag = f"mml:{element.tag.removeprefix(f'{{{mathematics.MATHML}}}')}"
    math.set("xmlns:mml", mathematics.MATHML)
    either.append(math)
    return True


def wording_of_references(area: Element) -> str:
    """The heading of a chapter's list of references, under which all of them stand."""
    heading = area.find("h2")
    return "".join(heading.itertext()) if heading is not None else ""


def _kind(target: str) -> str:
    for start, kind in (("fig", "fig"), ("tbl", "table"), ("box", "boxed-text"), ("fn", "fn")):
        if re.match(rf"#(?:c\d+-)?{start}-", target):
            return kind
    return "sec"


def _id(name: str) -> str:
    """A name that XML takes for an id: letters, digits, ".", "-", "_", not beginning with a digit."""
    plain = re.sub(r"[^\w.-]", lambda match: f"_{ord(match[0]):x}_", name)
    return plain if re.match(r"[^\W\d]", plain) else f"x{plain}"


def _add(into: Element, text: str | None) -> None:
    if not text:
        return
    if len(into):
        into[-1].tail = (into[-1].tail or "") + text
    else:
        into.text = (into.text or "") + text
