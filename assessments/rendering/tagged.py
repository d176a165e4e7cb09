"""What a PDF says of itself in its metadata, and what of PDF/UA-1 our own reading can check. No Django.

The checks reach a part of the standard and stand for no validator: whoever calls a file valid names one.
"""

from __future__ import annotations

from pathlib import Path

RIGHTS = "{http://ns.adobe.com/xap/1.0/rights/}"
PRISM = "{http://prismstandard.org/namespaces/basic/3.0/}"
HEADINGS = tuple(f"/H{level}" for level in range(1, 7))


def describe(path: Path, metadata: dict[str, str]) -> None:
    """Finish a PDF in place: ISBN, DOI, publisher and licence into its XMP, and its table headers' scopes.

    The renderer marks a header cell and leaves open what it heads; one in the table's head heads its column.
    """
    said = {
        f"{PRISM}isbn": metadata.get("isbn"),
        f"{PRISM}doi": metadata.get("doi"),
        "dc:identifier": f"doi:{metadata['doi']}" if metadata.get("doi") else None,
        "dc:publisher": {metadata["author"]} if metadata.get("author") else None,
        "dc:rights": metadata.get("licence"),
    }
    said = {name: value for name, value in said.items() if value}
    import pikepdf

    part = path.with_name(path.name + ".described")
    with pikepdf.open(path) as pdf:
        for element in _elements(pdf.Root.get("/StructTreeRoot")):
            if str(element.get("/S", "")) == "/TH" and not _says_scope(element):
                element.A = pikepdf.Dictionary(
                    O=pikepdf.Name.Table, Scope=pikepdf.Name.Column if _in_head(element) else pikepdf.Name.Row
                )
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as held:
            for name, value in said.items():
                held[name] = value
        # The same input gives the same file: no number is drawn by lot.
        pdf.save(part, deterministic_id=True)
    part.replace(path)


def complaints(path: Path) -> list[str]:
    """What a tagged PDF lacks, in sentences; an empty list where nothing was found."""
    import pikepdf

    with pikepdf.open(path) as pdf:
        root = pdf.Root
        found = [text for text, fine in _of_document(root) if not fine]
        if "/StructTreeRoot" in root:
            found += _of_structure(root.StructTreeRoot)
        for number, page in enumerate(pdf.pages, 1):
            found += _of_page(page, number)
    return found


def _of_document(root):
    yield "no language", str(root.get("/Lang", "")) != ""
    yield "not marked as tagged", bool(root.get("/MarkInfo", {}).get("/Marked", False))
    yield "no tree of tags", "/StructTreeRoot" in root
    yield "the title is not shown", bool(root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False))
    metadata = bytes(root.Metadata.read_bytes()) if "/Metadata" in root else b""
    yield "no title in the metadata", b"dc:title" in metadata
    yield "no part of PDF/UA in the metadata", b"pdfuaid:part" in metadata
    yield "no outline", "/Outlines" in root


def _of_structure(tree) -> list[str]:
    found, level = [], 0
    for element in _elements(tree):
        kind = str(element.get("/S", ""))
        if kind == "/Figure" and not str(element.get("/Alt", "")).strip():
            found.append("a figure without a description")
        if kind in HEADINGS:
            deeper = HEADINGS.index(kind) + 1
            if deeper > level + 1:
                found.append(f"a heading H{deeper} follows H{level}")
            level = deeper
        if kind == "/TH" and not _says_scope(element):
            found.append("a table header without its scope")
    return found


def _elements(node):
    """The elements of the tree in the order of reading."""
    import pikepdf

    waiting = [node]
    while waiting:
        element = waiting.pop()
        if not isinstance(element, pikepdf.Dictionary):
            continue
        if "/S" in element:
            yield element
        below = element.get("/K")
        if below is not None:
            waiting += reversed(list(below)) if isinstance(below, pikepdf.Array) else [below]


def _says_scope(element) -> bool:
    import pikepdf

    said = element.get("/A")
    attributes = list(said) if isinstance(said, pikepdf.Array) else [said]
    return any(isinstance(each, pikepdf.Dictionary) and "/Scope" in each for each in attributes)


def _in_head(element) -> bool:
    row = element.get("/P", {})
    return str(row.get("/P", {}).get("/S", "")) == "/THead"


def _of_page(page, number: int) -> list[str]:
    found = []
    notes = list(page.get("/Annots", []))
    if notes and str(page.get("/Tabs", "")) != "/S":
        found.append(f"page {number}: the tab key does not follow the tags")
    for note in notes:
        if not str(note.get("/Contents", "")).strip():
            found.append(f"page {number}: a link without a description")
        if "/StructParent" not in note:
            found.append(f"page {number}: a link outside the tags")
    fonts = page.get("/Resources", {}).get("/Font", {})
    for name, font in fonts.items():
        below = font.get("/DescendantFonts", [font])
        if not any(
            key in below[0].get("/FontDescriptor", {}) for key in ("/FontFile", "/FontFile2", "/FontFile3")
        ):
            found.append(f"page {number}: font {name} is not embedded")
    return found
