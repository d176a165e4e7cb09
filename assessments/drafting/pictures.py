"""Makes an uploaded picture anew: nothing of a stranger's file is kept but what is seen. Pure: no Django."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from assessments.drafting import svg

MAX_BYTES = 25 * 1024 * 1024
MAX_PIXELS = 40_000_000


class PictureError(ValueError):
    """The file is no picture that can be kept; the text says why and what was expected."""


@dataclass(frozen=True)
class Picture:
    """A picture made anew; ``left_out`` names parts of a drawing that were not kept."""

    data: bytes
    mime: str
    ending: str
    width: int
    height: int
    left_out: tuple[str, ...] = ()


def remake(data: bytes, filename: str) -> Picture:
    """PNG and JPEG encoded again without metadata, upright; SVG rebuilt from a list of what may be there.

    Raises PictureError: too many bytes (``MAX_BYTES``) or pixels (``MAX_PIXELS``), no picture, another
    format.
    """
    if len(data) > MAX_BYTES:
        raise PictureError(
            f"{filename} has {len(data) / 1048576:.1f} MB; at most {MAX_BYTES // 1048576} MB are taken."
        )
    if not data:
        raise PictureError(f"{filename} is empty.")
    if b"<svg" in data[:4000].replace(b"\x00", b"") or filename.lower().endswith(".svg"):
        try:
            drawing = svg.remake(data)
        except svg.SvgError as error:
            raise PictureError(f"{filename} cannot be kept as a drawing: {error}") from None
        return Picture(drawing.data, "image/svg+xml", "svg", drawing.width, drawing.height, drawing.left_out)
    return _bitmap(data, filename)


def _bitmap(data: bytes, filename: str) -> Picture:
    try:
        with warnings.catch_warnings():
            # The number of pixels is judged below; Pillow's own warning would only repeat it.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
    except Image.DecompressionBombError:
        raise PictureError(_too_many_pixels(filename)) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        raise PictureError(f"{filename} is no picture that is taken; expected PNG, JPEG or SVG.") from None
    if opened.width * opened.height > MAX_PIXELS:
        raise PictureError(_too_many_pixels(filename, opened.size))
    png = opened.format == "PNG"
    # A library in the same process may have switched this on; a picture that is cut off is refused here.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        upright = ImageOps.exif_transpose(opened)
        # Only the pixels go over: no EXIF, no text chunks, no colour profile that could carry anything.
        mode = ("RGBA" if upright.has_transparency_data else "RGB") if png else "RGB"
        if upright.mode in ("L", "LA") and not (png and upright.has_transparency_data):
            mode = "L"
        clean = Image.new(mode, upright.size)
        clean.paste(upright.convert(mode))
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise PictureError(f"{filename} is damaged: {error}") from None
    out = io.BytesIO()
    if png:
        clean.save(out, "PNG", optimize=False)
        return Picture(out.getvalue(), "image/png", "png", *clean.size)
    clean.save(out, "JPEG", quality=92)
    return Picture(out.getvalue(), "image/jpeg", "jpg", *clean.size)


def _too_many_pixels(filename: str, size: tuple[int, int] | None = None) -> str:
    has = f"{size[0]} × {size[1]} pixels" if size else "more pixels than can be read"
    return f"{filename} has {has}; at most {MAX_PIXELS // 1_000_000} million are taken."
