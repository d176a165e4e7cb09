"""Opens a stranger's .docx: judged before anything is parsed, nothing fetched, nothing unpacked to disk. No Django."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from lxml import etree

from .model import WordError

MAX_BYTES = 30 * 1024 * 1024
MAX_PARTS = 3_000
# Of XML that is parsed, and of everything that is inflated.
MAX_XML = 32 * 1024 * 1024
MAX_ALL = 200 * 1024 * 1024
# Elements take far more room than their text: counted before they are made.
MAX_TAGS = 1_500_000

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
RELS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
OLE = b"\xd0\xcf\x11\xe0"
# What only names an address for a reader, and the template that Word itself named on its author's machine.
HARMLESS = {"hyperlink"}
# LibreOffice and the strict form of the standard say the same under other names.
STRICT = (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W[1:-1].encode())


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a part leads: ``target`` is a part of the package, or an address if ``outside``."""

    kind: str
    target: str
    outside: bool


@dataclass
class Package:
    """The parts of a file, inflated only when asked for and only within the limits."""

    archive: zipfile.ZipFile
    main: str = ""
    names: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    read: int = 0

    def data(self, name: str, most: int = MAX_XML) -> bytes:
        """The bytes of a part. Raises WordError: missing, damaged, too large once inflated."""
        info = self.names.get(name)
        if info is None:
            raise WordError("broken", name)
        try:
            with self.archive.open(info) as part:
                data = part.read(most + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            RuntimeError,
        ) as error:
            raise WordError("broken", name) from error
        self.read += len(data)
        if len(data) > most or self.read > MAX_ALL:
            raise WordError("bomb", name)
        return data

    def xml(self, name: str) -> etree._Element:
        """A part as elements. Raises WordError: not XML, or XML that declares entities."""
        return parse(self.data(name), name)

    def relations(self, name: str) -> dict[str, Relation]:
        """What a part leads to, by id."""
        folder, base = posixpath.split(name)
        beside = posixpath.join(folder, "_rels", f"{base}.rels")
        if beside not in self.names:
            return {}
        found = {}
        for element in self.xml(beside).iter(f"{RELS}Relationship"):
            kind = element.get("Type", "").rsplit("/", 1)[-1]
            target = element.get("Target", "")
            outside = element.get("TargetMode") == "External"
            if not outside:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[element.get("Id", "")] = Relation(kind, target, outside)
        return found

    def part(self, kind: str) -> str:
        """The name of the one part of that kind beside the text, or ""."""
        for relation in self.relations(self.main).values():
            if relation.kind == kind and not relation.outside and relation.target in self.names:
                return relation.target
        return ""


def parse(data: bytes, name: str) -> etree._Element:
    """XML without entities, fetching nothing. Raises WordError."""
    if data.count(b"<") > MAX_TAGS:
        raise WordError("bomb", name)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data.replace(*STRICT), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise WordError("broken", name) from error
    if root is None:
        raise WordError("broken", name)
    if root.getroottree().docinfo.doctype:
        raise WordError("entities", name)
    return root


def opened(data: bytes) -> Package:
    """The package of a .docx. Raises WordError with what is wrong: size, kind, macros, what it would fetch."""
    if len(data) > MAX_BYTES:
        raise WordError("too-large", f"{len(data) / 1048576:.1f}")
    if data.startswith(OLE):
        raise WordError("old-or-locked")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError) as error:
        raise WordError("broken") from error
    if len(entries) > MAX_PARTS or sum(info.file_size for info in entries) > MAX_ALL:
        raise WordError("bomb")
    package = Package(archive)
    for info in entries:
        if info.filename in package.names or info.flag_bits & 1:
            raise WordError("broken", info.filename)
        package.names[info.filename] = info
    _judge(package)
    return package


def _judge(package: Package) -> None:
    if "[Content_Types].xml" not in package.names:
        raise WordError("no-word")
    kinds = [
        element.get("ContentType", "") for element in package.xml("[Content_Types].xml").iter(f"{TYPES}*")
    ]
    if any("macroEnabled" in kind or "vbaProject" in kind for kind in kinds) or any(
        name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in package.names
    ):
        raise WordError("macros")
    for relation in package.relations("").values():
        if relation.kind == "officeDocument" and not relation.outside:
            package.main = relation.target
    if package.main not in package.names or not any("wordprocessingml" in kind for kind in kinds):
        raise WordError("no-word")
    for name in list(package.names):
        if name.endswith(".rels"):
            folder, base = posixpath.split(name)
            owner = posixpath.join(posixpath.dirname(folder), base.removesuffix(".rels"))
            for relation in package.relations(owner).values():
                if relation.outside and not _harmless(relation):
                    raise WordError("outside", relation.target[:200])


def _harmless(relation: Relation) -> bool:
    if relation.kind in HARMLESS:
        return True
    address = urlsplit(relation.target.replace("\\", "/"))
    local = address.scheme == "file" and not address.netloc and not address.path.startswith("//")
    return relation.kind == "attachedTemplate" and (local or not address.scheme and not address.netloc)
