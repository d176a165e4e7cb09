"""A .docx taken apart and put together again, by nothing of the portal's own reader."""

import io
import zipfile


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(found: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return out.getvalue()


def retyped(data: bytes, old: str, new: str) -> bytes:
    """The file with words of its text typed over, as Word would leave them."""
    found = parts(data)
    text = found["word/document.xml"].decode()
    assert text.count(old) == 1, f"“{old}” stands {text.count(old)} times in one run"
    found["word/document.xml"] = text.replace(old, new).encode()
    return packed(found)
