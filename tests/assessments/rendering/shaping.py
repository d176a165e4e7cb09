"""Glyphs of a line, read from a PDF and made anew by HarfBuzz: for scripts whose glyphs a PDF cannot name by letters.

The Arabic faces draw the dots of letters apart, so a glyph has no one letter. Its number in the face has no such doubt.
"""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pikepdf
from fontTools.ttLib import TTFont

from assessments.rendering.requests import STATIC

FACES = tuple(
    STATIC / "fonts" / f"Noto{name}.ttf"
    for name in ("NaskhArabic-Regular", "NaskhArabic-SemiBold", "SansArabic-Regular", "SansArabic-SemiBold")
)
ARABIC = re.compile(r"[\u0621-\u065f\u066e-\u06d3]+")
NAMES_ARABIC = re.compile(rb"<06[2-4][0-9a-fA-F]>")
ARABIC_FROM = 0x0600
# Where Unicode leaves room for one's own characters, and how many glyphs of a face are told apart there.
FIRST, MOST = 0xE000, 6_000


class _Glyph(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("number", "mask", "cluster", "var1", "var2")]


@lru_cache(maxsize=1)
def _harfbuzz() -> ctypes.CDLL:
    library = ctypes.CDLL("libharfbuzz.so.0")
    pointer = ctypes.c_void_p
    for name, result, arguments in (
        ("hb_blob_create_from_file", pointer, [ctypes.c_char_p]),
        ("hb_face_create", pointer, [pointer, ctypes.c_uint]),
        ("hb_font_create", pointer, [pointer]),
        ("hb_buffer_create", pointer, []),
        ("hb_buffer_add_utf8", None, [pointer, ctypes.c_char_p, ctypes.c_int, ctypes.c_uint, ctypes.c_int]),
        ("hb_buffer_guess_segment_properties", None, [pointer]),
        ("hb_language_from_string", pointer, [ctypes.c_char_p, ctypes.c_int]),
        ("hb_buffer_set_language", None, [pointer, pointer]),
        ("hb_shape", None, [pointer, pointer, pointer, ctypes.c_uint]),
        (
            "hb_buffer_get_glyph_infos",
            ctypes.POINTER(_Glyph),
            [pointer, ctypes.POINTER(ctypes.c_uint)],
        ),
        ("hb_buffer_destroy", None, [pointer]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


@lru_cache(maxsize=8)
def _font(face: Path) -> int:
    library = _harfbuzz()
    return library.hb_font_create(
        library.hb_face_create(library.hb_blob_create_from_file(str(face).encode()), 0)
    )


@lru_cache(maxsize=4096)
def _glyphs(word: str, face: Path) -> tuple[int, ...]:
    library, count = _harfbuzz(), ctypes.c_uint()
    buffer = library.hb_buffer_create()
    library.hb_buffer_add_utf8(buffer, word.encode(), -1, 0, -1)
    library.hb_buffer_guess_segment_properties(buffer)
    library.hb_buffer_set_language(buffer, library.hb_language_from_string(b"ar", -1))
    library.hb_shape(_font(face), buffer, None, 0)
    found = library.hb_buffer_get_glyph_infos(buffer, ctypes.byref(count))
    numbers = tuple(found[at].number for at in range(count.value))
    library.hb_buffer_destroy(buffer)
    return numbers


def confirms(words: list[str], seen: str) -> bool:
    """Whether the glyphs seen in a line are those of the Arabic in its words, in one of the faces; in any order."""
    numbers = [ord(char) - FIRST for char in seen if ord(char) >= FIRST]
    parts = [part for word in words for part in ARABIC.findall(word)]
    return any(
        Counter(number for number in numbers if number not in _of_no_letter(face))
        == Counter(glyph for part in parts for glyph in _glyphs(part, face))
        for face in FACES
    )


def rest(text: str) -> str:
    """Letters and digits of other scripts; signs may be set in either's face."""
    return "".join(c for c in ARABIC.sub("", text) if ord(c) < FIRST and c.isalnum())


@lru_cache(maxsize=8)
def _of_no_letter(face: Path) -> frozenset[int]:
    """The glyphs of a face for spaces, signs and digits."""
    with TTFont(face) as font:
        return frozenset(
            font.getGlyphID(name)
            for code, name in font.getBestCmap().items()
            if code < ARABIC_FROM or unicodedata.category(chr(code))[0] not in "LM"
        )


def numbered(path: Path) -> Path:
    """The PDF with its Arabic glyphs named by their numbers, from ``FIRST`` on, and not by letters."""
    out = path.with_suffix(".numbered.pdf")
    with pikepdf.open(path) as pdf:
        named = pdf.make_stream(_names())
        faces = [
            item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/ToUnicode" in item
        ]
        for face in faces:
            if NAMES_ARABIC.search(face.ToUnicode.read_bytes()):
                face.ToUnicode = named
        pdf.save(out)
    return out


def _names() -> bytes:
    rows = [f"<{number:04x}> <{FIRST + number:04x}>" for number in range(MOST)]
    parts = [rows[at : at + 100] for at in range(0, MOST, 100)]
    said = "\n".join(f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar" for part in parts)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        f"1 begincodespacerange <0000> <ffff> endcodespacerange\n{said}\nendcmap end end"
    ).encode()
