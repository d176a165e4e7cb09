"""The only door through which the renderer reads files: pictures by key, and the shipped fonts.

WeasyPrint's own fetcher opens any address that a text names, files of the server among them.
Imported by the child alone, because it imports WeasyPrint.
"""

from __future__ import annotations

from pathlib import Path

from weasyprint.urls import URLFetcher, URLFetcherResponse

# Relative addresses in fonts.css need a base of a scheme that can be joined; the host is in no DNS.
SHIPPED = "https://shipped.invalid/"
STYLESHEET = SHIPPED + "css/print/fonts.css"

TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
}


class AssetFetcher(URLFetcher):
    """Answers ``asset:KEY`` for the keys given, the fonts of one folder, and what is in ``drawn`` (formulae).

    All else is refused, unread.
    """

    def __init__(self, assets: dict[str, Path], fonts: Path):
        super().__init__(allowed_protocols=("asset",), allow_redirects=False)
        self.assets = {f"asset:{key}": path for key, path in assets.items()}
        files = [path for ending in ("*.ttf", "*.otf") for path in fonts.glob(ending)]
        self.fonts = {f"{SHIPPED}fonts/{path.name}": path for path in files}
        self.drawn: dict[str, bytes] = {}
        self.refused: list[str] = []

    def fetch(self, url, headers=None):
        """The file behind ``url``. Raises ValueError, which WeasyPrint takes for a missing picture."""
        if url in self.drawn:
            return URLFetcherResponse(url, self.drawn[url], {"Content-Type": "image/svg+xml"})
        path = self.assets.get(url) or self.fonts.get(url)
        if path is None:
            self.refused.append(url[:200])
            raise ValueError(f"refused: {url[:80]}")
        kind = TYPES.get(path.suffix.lower(), "application/octet-stream")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})
