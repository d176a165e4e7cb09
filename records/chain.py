"""The format of the record: canonical JSON, commitments, entries, signed heads, export files.

docs/record-format.md states the same rules in prose, with test vectors. This file needs the standard
library alone (and ``cryptography`` where heads are signed or signatures checked) and no Django, so that
it can be copied beside ``verify.py`` and read by anybody who doubts the portal.
"""

import hashlib
import json
import re
import secrets
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

RECORD_FORMAT = "concord-record/1"
HEADS_FORMAT = "concord-heads/1"
NO_HASH = "0" * 64  # the ``prev`` of the first entry, and the hash in the head of an empty stream
LARGEST_INT = 2**53 - 1
DEEPEST = 100  # nested lists and objects; a limit keeps hostile files from exhausting the stack

# fmt: off
ENTRY_KEYS = ("stream", "seq", "at", "verb", "actor", "for", "visibility", "commitment", "prev", "hash")
# fmt: on
CONTENT_KEYS = ("state", "leaves", "fields", "salts")
STATES = ("shown", "withheld", "erased")
HEADS_KEYS = ("format", "date", "heads", "key_id", "signature")

_HASH = re.compile(r"[0-9a-f]{64}")
_SALT = re.compile(r"[0-9a-f]{32}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_HEAD = re.compile(r"(0|[1-9][0-9]{0,15}):([0-9a-f]{64})")
_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3])(:[0-5][0-9]){2}\.[0-9]{6}Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


# --- canonical JSON ---------------------------------------------------------------------------------


def normal(value: Any, path: str = "$") -> Any:
    """Return ``value`` as the format knows it: strings in NFC, keys sorted by UTF-16 code units.

    Takes dict, list, str, int, bool and None, nested at most 100 deep. Raises ValueError, which names
    the path, for anything else: floats, integers beyond ±(2^53-1), lone surrogates, keys that are no
    strings or become equal in NFC.
    """
    return _normal(value, path, 0)


def _normal(value: Any, path: str, depth: int) -> Any:
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return _text(value, path)
    if isinstance(value, int):
        if abs(value) > LARGEST_INT:
            raise ValueError(f"{path}: integers lie between -(2^53-1) and 2^53-1")
        return int(value)
    if isinstance(value, list | dict) and depth >= DEEPEST:
        raise ValueError(f"{path}: nested more than {DEEPEST} deep")
    if isinstance(value, list):
        return [_normal(item, f"{path}[{n}]", depth + 1) for n, item in enumerate(value)]
    if isinstance(value, dict):
        return _normal_object(value, path, depth)
    raise ValueError(f"{path}: {type(value).__name__} has no place in the record (no floats, no dates)")


def _normal_object(value: dict, path: str, depth: int) -> dict:
    members = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise ValueError(f"{path}: a key is {type(key).__name__}; keys are strings")
        here = f"{path}[{json.dumps(key)}]"
        name = _text(key, here)
        if name in members:
            raise ValueError(f"{here}: the key stands twice once written in NFC")
        members[name] = _normal(item, here, depth + 1)
    return {name: members[name] for name in sorted(members, key=lambda k: k.encode("utf-16-be"))}


def _text(value: str, path: str) -> str:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError(f"{path}: the text holds a lone surrogate") from None
    # Members of a text enumeration are strings too; str.__str__ gives their plain value.
    return str.__str__(unicodedata.normalize("NFC", value))


def canonical(value: Any) -> bytes:
    """Return the one byte string that stands for ``value``: RFC 8785 over NFC text, in UTF-8.

    Raises ValueError as ``normal`` does.
    """
    return _dump(normal(value))


def _dump(normalised: Any) -> bytes:
    # json escapes exactly what RFC 8785 (3.2.2.2) asks once non-ASCII text is left alone.
    return json.dumps(normalised, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def loads(line: bytes) -> Any:
    """Read one JSON text strictly and return its ``normal`` form.

    Raises ValueError: not UTF-8, not JSON, a key twice, or a value the format refuses.
    """
    try:
        value = json.loads(
            line.decode("utf-8"),
            object_pairs_hook=_pairs,
            parse_float=_no_float,
            parse_constant=_no_float,
        )
    except RecursionError:
        raise ValueError(f"nested more than {DEEPEST} deep") from None
    return normal(value)


def _pairs(pairs: list[tuple[str, Any]]) -> dict:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return members


def _no_float(written: str) -> None:
    raise ValueError(f"{written[:40]} is no integer; the record holds no floats")


def digest(data: bytes) -> str:
    """Return SHA-256 of ``data`` as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


# --- Merkle trees -----------------------------------------------------------------------------------


def merkle_root(leaves: Iterable[bytes | str]) -> str:
    """Return the root over ``leaves``, in their order, as hex (the tree of RFC 6962, section 2.1).

    A string counts as its NFC text in UTF-8. No leaves at all give SHA-256 of nothing.
    """
    level = _leaf_level(leaves)
    if not level:
        return digest(b"")
    while len(level) > 1:
        level = _level_above(level)
    return level[0].hex()


def merkle_proof(leaves: Iterable[bytes | str], index: int) -> list[str]:
    """Return the sibling hashes (hex, lowest first) that prove the leaf at ``index`` (from 0).

    Raises ValueError where no such leaf exists.
    """
    level = _leaf_level(leaves)
    if not 0 <= index < len(level):
        raise ValueError(f"there is no leaf {index} among {len(level)}")
    proof = []
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):  # a promoted node has none
            proof.append(level[sibling].hex())
        level, index = _level_above(level), index // 2
    return proof


def verify_proof(leaf: bytes | str, index: int, size: int, proof: list[str], root: str) -> bool:
    """Whether ``proof`` shows ``leaf`` at ``index`` (from 0) of a tree of ``size`` leaves under ``root``."""
    if not 0 <= index < size or not all(_HASH.fullmatch(step) for step in proof):
        return False
    node = _leaf_level([leaf])[0]
    steps = iter(proof)
    while size > 1:
        if index ^ 1 < size:
            step = next(steps, None)
            if step is None:
                return False
            pair = (bytes.fromhex(step), node) if index & 1 else (node, bytes.fromhex(step))
            node = _node(*pair)
        index, size = index // 2, (size + 1) // 2
    return next(steps, None) is None and node.hex() == root


def _leaf_level(leaves: Iterable[bytes | str]) -> list[bytes]:
    as_bytes = (_text(leaf, "leaf").encode("utf-8") if isinstance(leaf, str) else leaf for leaf in leaves)
    return [hashlib.sha256(b"\x00" + leaf).digest() for leaf in as_bytes]


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _level_above(level: list[bytes]) -> list[bytes]:
    above = [_node(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)]
    return above + level[-1:] if len(level) % 2 else above


# --- commitments and contents -----------------------------------------------------------------------


def new_salts(fields: Iterable[str]) -> dict[str, str]:
    """Return a fresh random salt (16 bytes as hex) for the name of each field."""
    return {name: secrets.token_hex(16) for name in fields}


def field_commitment(name: str, value: Any, salt_hex: str) -> str:
    """Return the leaf of one payload field: SHA-256 over canonical [salt, name, value].

    Raises ValueError for a salt that is not 32 lower-case hex digits or a value the format refuses.
    """
    if not (isinstance(salt_hex, str) and _SALT.fullmatch(salt_hex)):
        raise ValueError(f"the salt of {json.dumps(name)} is not 32 lower-case hex digits")
    return digest(_dump([salt_hex, _text(name, "name"), normal(value, f"$[{json.dumps(name)}]")]))


def leaves_of(fields: dict[str, Any], salts: dict[str, str]) -> dict[str, str]:
    """Return {field name: leaf}. Raises ValueError unless each field has its salt and none is over."""
    fields, salts = normal(fields), normal(salts)
    if fields.keys() != salts.keys():
        raise ValueError(f"fields and salts differ: {sorted(fields.keys() ^ salts.keys())}")
    return {name: field_commitment(name, value, salts[name]) for name, value in fields.items()}


def root_of(leaves: dict[str, str]) -> str:
    """Return the commitment that the leaves {field name: leaf} give."""
    # The name is bound beside its leaf: a withheld field could be renamed unseen otherwise.
    return merkle_root(_dump([name, leaf]) for name, leaf in normal(leaves).items())


def commitment(fields: dict[str, Any], salts: dict[str, str]) -> str:
    """Return the commitment of a payload: the root over the salted leaf of each field, by name.

    Raises ValueError as ``leaves_of`` does.
    """
    return root_of(leaves_of(fields, salts))


def content_of(leaves: dict[str, str], fields: dict, salts: dict, *, erased: bool = False) -> dict:
    """Return the content object of an export: what may be shown, and the leaves of all that was.

    ``fields`` and ``salts`` hold the shown fields only. The state is "shown" where no field is missing;
    else "erased" if ``erased`` says that the missing ones exist no longer, else "withheld".
    """
    missing = leaves.keys() - fields.keys()
    state = "shown" if not missing else "erased" if erased else "withheld"
    return normal({"state": state, "leaves": leaves, "fields": fields, "salts": salts})


def withhold(content: dict, names: Collection[str] | None = None) -> dict:
    """Return ``content`` without the values of ``names`` (None: of all fields); it verifies as before."""
    return _without(content, names, erased=content["state"] == "erased")


def erase(content: dict, names: Collection[str] | None = None) -> dict:
    """As ``withhold``, for values that are deleted for good: the state says "erased"."""
    return _without(content, names, erased=True)


def _without(content: dict, names: Collection[str] | None, *, erased: bool) -> dict:
    gone = set(content["leaves"] if names is None else names)
    fields = {name: value for name, value in content["fields"].items() if name not in gone}
    return content_of(content["leaves"], fields, {n: content["salts"][n] for n in fields}, erased=erased)


def content_fault(content: Any, committed: str) -> str | None:
    """Say in one clause what contradicts the commitment, or None. ``content`` is ``normal``."""
    if content is None:
        return None  # nothing is told of this content, so nothing can be false
    if not isinstance(content, dict) or content.keys() != set(CONTENT_KEYS):
        return f"its content does not hold exactly {', '.join(CONTENT_KEYS)}"
    leaves, fields, salts = content["leaves"], content["fields"], content["salts"]
    if not all(isinstance(part, dict) for part in (leaves, fields, salts)):
        return "leaves, fields and salts of its content are not all objects"
    if not all(isinstance(leaf, str) and _HASH.fullmatch(leaf) for leaf in leaves.values()):
        return "a leaf of its content is not 64 lower-case hex digits"
    if root_of(leaves) != committed:
        return "the leaves of its content do not give its commitment"
    if fields.keys() != salts.keys() or not fields.keys() <= leaves.keys():
        return "its fields, salts and leaves do not name the same fields"
    for name, value in fields.items():
        salt = salts[name]
        if not isinstance(salt, str) or not _SALT.fullmatch(salt):
            return f"the salt of field {json.dumps(name)} is not 32 lower-case hex digits"
        if field_commitment(name, value, salt) != leaves[name]:
            return f"field {json.dumps(name)} or its salt does not fit its leaf"
    if content["state"] not in STATES or (content["state"] == "shown") != (len(fields) == len(leaves)):
        return "the state of its content is not what its fields and leaves say"
    return None


# --- entries ----------------------------------------------------------------------------------------


def timestamp(at: datetime | str) -> str:
    """Return ``at`` (aware, any zone) as UTC with microseconds: 2026-11-23T10:00:00.000000Z.

    A string has to have that form already. Raises ValueError otherwise.
    """
    if isinstance(at, datetime):
        if at.tzinfo is None:
            raise ValueError("a time in the record has a time zone")
        return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    if not _is_time(at):
        raise ValueError(f"{json.dumps(str(at))} is no time such as 2026-11-23T10:00:00.000000Z")
    return at


def _is_time(written: Any) -> bool:
    return isinstance(written, str) and bool(_AT.fullmatch(written)) and _parses(datetime, written[:-1])


def _is_date(written: Any) -> bool:
    return isinstance(written, str) and bool(_DATE.fullmatch(written)) and _parses(date, written)


def _parses(kind: type[date], written: str) -> bool:
    try:
        kind.fromisoformat(written)
    except ValueError:
        return False
    return True


def entry_hash(entry: dict) -> str:
    """Return the hash of an entry: SHA-256 over the canonical JSON of all its members but ``hash``."""
    return digest(canonical({key: value for key, value in entry.items() if key != "hash"}))


def make_entry(
    *,
    stream: str,
    seq: int,
    at: datetime | str,
    verb: str,
    actor: str,
    visibility: str,
    commitment: str,
    prev: str = NO_HASH,
    for_: str | None = None,
) -> dict:
    """Return the entry with its hash, keys in canonical order.

    ``seq`` counts from 1; ``prev`` is the hash of the entry before. ``actor`` and ``for_`` are random
    references of the stream; the clear names are the payload fields "@actor" and "@for".
    Raises ValueError for what ``entry_fault`` finds.
    """
    entry = normal(
        {
            "stream": stream,
            "seq": seq,
            "at": timestamp(at),
            "verb": verb,
            "actor": actor,
            "for": for_,
            "visibility": visibility,
            "commitment": commitment,
            "prev": prev,
        }
    )
    entry["hash"] = entry_hash(entry)
    if fault := entry_fault(entry):
        raise ValueError(fault)
    return normal(entry)


def entry_fault(entry: Any) -> str | None:
    """Say in one clause what is wrong with the form of one entry, or None. Hashes are not compared."""
    if not isinstance(entry, dict) or entry.keys() != set(ENTRY_KEYS):
        return f"its entry does not hold exactly {', '.join(ENTRY_KEYS)}"
    for key in ("stream", "verb", "actor", "visibility"):
        if not (isinstance(entry[key], str) and entry[key]):
            return f"its {key} is not a text"
    if not (entry["for"] is None or (isinstance(entry["for"], str) and entry["for"])):
        return "its for is neither a text nor null"
    if isinstance(entry["seq"], bool) or not isinstance(entry["seq"], int) or entry["seq"] < 1:
        return "its seq is not a number from 1"
    if not _is_time(entry["at"]):
        return "its at is not a UTC time with microseconds"
    for key in ("commitment", "prev", "hash"):
        if not (isinstance(entry[key], str) and _HASH.fullmatch(entry[key])):
            return f"its {key} is not 64 lower-case hex digits"
    return None


# --- heads ------------------------------------------------------------------------------------------


def head(entries: Iterable[dict]) -> str:
    """Return "SEQ:HASH" of the last entry; of an empty stream, 0 and 64 zeros."""
    written = f"0:{NO_HASH}"
    for entry in entries:
        written = f"{entry['seq']}:{entry['hash']}"
    return written


def parse_head(written: str) -> tuple[int, str]:
    """Return (seq, hash) of "SEQ:HASH", capitals and outer space forgiven. Raises ValueError."""
    match = _HEAD.fullmatch(written.strip().lower())
    if not match or (match[1] == "0") != (match[2] == NO_HASH):
        raise ValueError("a head is SEQ:HASH, a number and 64 hex digits, such as 12:9f86d0…")
    return int(match[1]), match[2]


def heads_fault(signed: Any) -> str | None:
    """Say in one clause what is wrong with the form of signed heads, or None."""
    if not isinstance(signed, dict) or signed.keys() != set(HEADS_KEYS):
        return f"it does not hold exactly {', '.join(HEADS_KEYS)}"
    if signed["format"] != HEADS_FORMAT:
        return f"its format is not {HEADS_FORMAT}"
    if not _is_date(signed["date"]) or not isinstance(signed["key_id"], str):
        return "its date or key_id is malformed"
    heads = signed["heads"]
    if not isinstance(heads, dict) or not all(_is_head(value) for value in heads.values()):
        return "its heads are not all SEQ:HASH"
    if not (isinstance(signed["signature"], str) and _SIGNATURE.fullmatch(signed["signature"])):
        return "its signature is not 128 lower-case hex digits"
    return None


def _is_head(written: Any) -> bool:
    match = _HEAD.fullmatch(written) if isinstance(written, str) else None
    return bool(match) and (match[1] == "0") == (match[2] == NO_HASH)


def sign_heads(private_key: Any, day: date | str, heads: dict[str, str], key_id: str) -> dict:
    """Sign {stream: "SEQ:HASH"} of one day by Ed25519; return the dict for the "heads" line.

    ``private_key`` is an Ed25519PrivateKey or its 32 raw bytes. Every stream named here is disclosed to
    whoever gets the result: sign one stream alone for an export to people who may not know the others.
    Raises ValueError for a malformed date or head.
    """
    if isinstance(private_key, bytes):
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        private_key = Ed25519PrivateKey.from_private_bytes(private_key)
    written = day.isoformat() if isinstance(day, date) else day
    signed = normal({"format": HEADS_FORMAT, "date": written, "heads": heads, "key_id": key_id})
    signed["signature"] = private_key.sign(_dump(signed)).hex()
    if fault := heads_fault(signed):
        raise ValueError(f"these heads cannot be signed: {fault}")
    return normal(signed)


def load_public_key(data: bytes) -> Any:
    """Return the Ed25519PublicKey in ``data``: PEM, 32 raw bytes, or 64 hex digits. Raises ValueError."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    if len(data) == 32:
        return Ed25519PublicKey.from_public_bytes(data)
    if _HASH.fullmatch(data.strip().lower().decode("latin-1")):
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(data.decode("ascii")))
    if b"PRIVATE KEY" in data:
        raise ValueError("this is a private key; verifying takes the public one")
    try:
        key = load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("this is no Ed25519 public key in PEM, 32 raw bytes or 64 hex digits")
    return key


def check_signature(signed: Any, public_key: Any) -> bool:
    """Whether ``signed`` is well formed and carries the signature of ``public_key``.

    ``public_key`` is an Ed25519PublicKey or what ``load_public_key`` takes.
    """
    from cryptography.exceptions import InvalidSignature

    if isinstance(public_key, bytes):
        public_key = load_public_key(public_key)
    if heads_fault(signed):
        return False
    message = canonical({key: value for key, value in signed.items() if key != "signature"})
    try:
        public_key.verify(bytes.fromhex(signed["signature"]), message)
    except InvalidSignature:
        return False
    return True


# --- export files -----------------------------------------------------------------------------------


class Export(NamedTuple):
    """An export file as read: ``rows`` are (entry, content or None); ``heads`` the signed heads or None."""

    header: dict
    rows: list[tuple[dict, dict | None]]
    heads: dict | None


def export_lines(
    stream: str,
    entries: Iterable[tuple[dict, dict | None]],
    *,
    exported_at: datetime | str,
    note: str | None = None,
    heads: dict | None = None,
) -> Iterator[bytes]:
    """Yield the lines of an export file (canonical JSON in UTF-8, each ended by a newline).

    ``entries`` are (entry, content) by seq; an empty note is left out. Nothing is verified here, so that
    a damaged record can be exported and shown to be damaged. Raises ValueError for values that the
    format cannot hold.
    """
    header = {"format": RECORD_FORMAT, "stream": stream, "exported_at": timestamp(exported_at)}
    yield _written({**header, "note": note} if note else header)
    for entry, content in entries:
        yield _written({"entry": entry, "content": content})
    if heads is not None:
        yield _written({"heads": heads})


def _written(value: dict) -> bytes:
    return canonical(value) + b"\n"


def header_fault(header: Any) -> str | None:
    """Say in one clause why the first line is not the header of an export, or None."""
    if not isinstance(header, dict) or header.get("format") != RECORD_FORMAT:
        return f"its format is not {RECORD_FORMAT}"
    if (
        not {"format", "stream", "exported_at"}
        <= header.keys()
        <= {"format", "stream", "exported_at", "note"}
    ):
        return "it does not hold exactly format, stream, exported_at and at most a note"
    if not (isinstance(header["stream"], str) and header["stream"]):
        return "its stream is not a text"
    if not _is_time(header["exported_at"]) or not isinstance(header.get("note", ""), str):
        return "its exported_at or its note is malformed"
    return None


def parse_export(data: bytes) -> Export:
    """Read an export file whole, checking its form only (``records.verify`` checks the rest).

    Raises ValueError naming the line, from 1.
    """
    lines = [(n, line) for n, line in enumerate(strip_mark(data).split(b"\n"), 1) if line.strip()]
    parsed = [(n, _line(n, line)) for n, line in lines]
    if not parsed:
        raise ValueError("line 1: the file is empty")
    _refuse(parsed[0][0], header_fault, parsed[0][1])
    heads = None
    if len(parsed) > 1 and parsed[-1][1].keys() == {"heads"}:
        number, last = parsed.pop()
        _refuse(number, heads_fault, last["heads"])
        heads = last["heads"]
    for number, row in parsed[1:]:
        if row.keys() != {"entry", "content"}:
            raise ValueError(f"line {number}: expected an entry and its content")
        _refuse(number, entry_fault, row["entry"])
    return Export(parsed[0][1], [(row["entry"], row["content"]) for _, row in parsed[1:]], heads)


def strip_mark(data: bytes) -> bytes:
    """Return ``data`` without the byte order mark that some editors put first."""
    return data.removeprefix(b"\xef\xbb\xbf")


def _line(number: int, line: bytes) -> dict:
    try:
        value = loads(line)
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from None
    if not isinstance(value, dict):
        raise ValueError(f"line {number}: expected an object")
    return value


def _refuse(number: int, fault_of: Callable[[Any], str | None], value: Any) -> None:
    if fault := fault_of(value):
        raise ValueError(f"line {number}: {fault}")
