"""Statements with a calibrated term: found in a chapter's HTML, for the index and the web edition. No Django.

A term counts where the text marks it: in italics, or within brackets. "Likely" in plain prose is a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from assessments.text import sentences

# In the order of the index: from what is surest to what is least sure.
TERMS = {
    "en": (
        *("very high confidence", "high confidence", "medium confidence", "low confidence"),
        *("very low confidence", "virtually certain", "extremely likely", "very likely", "likely"),
        *("more likely than not", "about as likely as not", "unlikely", "very unlikely"),
        *("extremely unlikely", "exceptionally unlikely"),
    ),
    "fr": (
        *("degré de confiance très élevé", "degré de confiance élevé", "degré de confiance moyen"),
        *("degré de confiance faible", "degré de confiance très faible", "confiance très élevée"),
        *("confiance élevée", "confiance moyenne", "confiance faible", "confiance très faible"),
        *("quasiment certain", "extrêmement probable", "très probable", "probable"),
        *("plus probable qu’improbable", "improbable", "très improbable"),
    ),
    "es": (
        *("nivel de confianza muy alto", "nivel de confianza alto", "nivel de confianza medio"),
        *("nivel de confianza bajo", "nivel de confianza muy bajo", "confianza muy alta"),
        *("confianza alta", "confianza media", "confianza baja", "confianza muy baja"),
        *("prácticamente seguro", "sumamente probable", "muy probable", "probable"),
        *("más probable que improbable", "improbable", "muy improbable"),
    ),
    "ru": (
        *("очень высокая степень достоверности", "высокая степень достоверности"),
        *("средняя степень достоверности", "низкая степень достоверности"),
        *("очень низкая степень достоверности", "практически определенно", "крайне вероятно"),
        *("весьма вероятно", "вероятно", "маловероятно", "весьма маловероятно"),
    ),
    "ar": (
        *("ثقة عالية جدا", "ثقة عالية", "ثقة متوسطة", "ثقة منخفضة", "ثقة منخفضة جدا"),
        *("مؤكد تقريبا", "مرجح للغاية", "مرجح جدا", "مرجح", "غير مرجح", "غير مرجح جدا"),
    ),
    "zh": (
        *("很高信度", "高信度", "中等信度", "低信度", "很低信度", "几乎确定", "极有可能", "很可能", "可能"),
        *("多半可能", "不可能", "很不可能"),
    ),
}
_BRACKETS = re.compile(r"[(（]([^()（）]{2,80})[)）]")
_SIGHT = re.compile(r"\s*\{[^{}]*\}\s*$")
_MARKS = re.compile("[\u064b-\u0652]")  # vowel signs of Arabic, written or not


@dataclass(frozen=True)
class Statement:
    """A sentence with its term; ``block`` is its block's id, ``number`` the sentence's place in it from 1.

    ``section`` is the number of the section it stands in, "" before the first.
    """

    term: str
    text: str
    block: str
    number: int
    section: str


def find(chapter: Element, language: str) -> list[Statement]:
    """The statements of a chapter's parsed HTML in the order of the text; notes and references have none."""
    known = TERMS.get(language.split("-")[0].lower(), TERMS["en"])
    found, section = [], ""
    for block, marked, number in _blocks(chapter):
        section = number or section
        if number:
            continue
        text = _text(block)
        said = {_plain(words) for words in [*marked, *_BRACKETS.findall(text)]}
        terms = [term for term in known if any(_says(words, term) for words in said)]
        if not terms:
            continue
        for place, (start, end) in enumerate(sentences.split(text, language), 1):
            sentence = text[start:end]
            plain = _plain(sentence)
            here = [term for term in terms if _standing(term, plain)]
            # "likely" stands within "very likely": the longer term alone is meant.
            here = [t for t in here if not any(t != other and t in other for other in here)]
            # A cell that holds the bare term explains it and states nothing.
            here = [term for term in here if plain.strip("()（） ") != term]
            found += [
                Statement(term, _SIGHT.sub("", sentence), block.get("data-b"), place, section)
                for term in here
            ]
    return found


def by_term(statements: list[Statement], language: str) -> list[tuple[str, list[Statement]]]:
    """The statements under their terms, in the order of ``TERMS``."""
    known = TERMS.get(language.split("-")[0].lower(), TERMS["en"])
    return [(term, held) for term in known if (held := [s for s in statements if s.term == term])]


def _says(words: str, term: str) -> bool:
    return words == term or any(part.strip() == term for part in re.split("[,;،；，]", words))


def _standing(term: str, text: str) -> bool:
    return term in text if not term.isascii() else re.search(rf"\b{re.escape(term)}\b", text) is not None


def _plain(text: str) -> str:
    return _MARKS.sub("", " ".join(text.split()).strip(" .:").casefold())


def _blocks(chapter: Element):
    """(block, its words in italics, its number if it is a numbered heading), without notes and references."""
    skipped = {
        element
        for area in chapter.iter("section")
        if area.get("class") in ("footnotes", "references")
        for element in area.iter()
    }
    for element in chapter.iter():
        if not element.get("data-b") or element in skipped or element.tag == "span":
            continue
        if element.tag in ("h2", "h3", "h4"):
            yield element, [], element.get("data-number") or ""
        elif element.tag not in ("h1", "h5", "h6"):
            yield element, [_text(mark) for mark in element.iter() if mark.tag in ("em", "i")], ""


def _text(element: Element) -> str:
    """The element's words without its notes and without blocks of their own."""
    parts = [element.text or ""]
    for child in element:
        if child.get("class") not in ("fn", "fnref") and not child.get("data-b"):
            parts.append(_text(child))
        parts.append(child.tail or "")
    return re.sub(r"\s+", " ", "".join(parts)).strip() if element.get("data-b") else "".join(parts)
