"""The format of the record, held against docs/record-vectors.json and against its own rules."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records import chain

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "docs" / "record-vectors.json").read_text(encoding="utf-8"))
SALT = "00112233445566778899aabbccddeeff"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-chain.LARGEST_INT, chain.LARGEST_INT) | texts,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abcdé\U0001f600\ue000", max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


def named(cases):
    return [pytest.param(case, id=case["name"]) for case in cases]


@pytest.mark.parametrize("case", named(VECTORS["canonical"]))
def test_canonical_json_gives_the_bytes_of_the_vectors(case):
    found = chain.canonical(chain.loads(case["json"].encode("utf-8")))
    assert found == bytes.fromhex(case["hex"])
    assert chain.digest(found) == case["sha256"]


@pytest.mark.parametrize("case", named(VECTORS["refused"]))
def test_what_the_vectors_refuse_is_refused(case):
    with pytest.raises(ValueError):
        chain.loads(case["json"].encode("utf-8"))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [0, 1.5]}, '$["a"][1]: float has no place in the record (no floats, no dates)'),
        ([float("nan")], "$[0]: float has no place in the record (no floats, no dates)"),
        ({"n": 2**53}, '$["n"]: integers lie between -(2^53-1) and 2^53-1'),
        (["\ud800"], "$[0]: the text holds a lone surrogate"),
        ({"e\u0301": 1, "\u00e9": 2}, '$["\\u00e9"]: the key stands twice once written in NFC'),
        ({1: 2}, "$: a key is int; keys are strings"),
        ((1, 2), "$: tuple has no place in the record (no floats, no dates)"),
    ],
)
def test_a_refusal_names_the_path(value, message):
    with pytest.raises(ValueError) as refusal:
        chain.canonical(value)
    assert str(refusal.value) == message


def test_the_example_of_rfc_8785_sorts_as_printed_there():
    keys = ["\u20ac", "\r", "1", "\U0001f600", "\u0080", "\u00f6"]
    found = list(json.loads(chain.canonical(dict.fromkeys(keys))))
    assert found == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600"]


def test_members_of_a_text_enumeration_count_as_their_text():
    class Colour(StrEnum):
        RED = "red"

    assert chain.canonical({Colour.RED: Colour.RED}) == b'{"red":"red"}'


def test_nesting_to_the_limit_is_taken_and_one_deeper_refused():
    assert chain.loads(b"[" * 100 + b"]" * 100) is not None
    with pytest.raises(ValueError):
        chain.loads(b"[" * 101 + b"]" * 101)
    with pytest.raises(ValueError):
        chain.loads(b"[" * 100_000 + b"]" * 100_000)


@given(values)
def test_canonical_json_reads_back_as_the_same_bytes(value):
    once = chain.canonical(value)
    assert chain.canonical(chain.loads(once)) == once
    assert once == chain.canonical(chain.normal(value))


@pytest.mark.parametrize("case", VECTORS["merkle"], ids=lambda case: f"{len(case['leaves_hex'])} leaves")
def test_merkle_roots_are_those_of_the_vectors(case):
    assert chain.merkle_root(bytes.fromhex(leaf) for leaf in case["leaves_hex"]) == case["root"]


def test_merkle_roots_are_those_of_certificate_transparency():
    # The inputs and roots that the reference implementation of RFC 6962 tests itself with.
    inputs = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    roots = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    leaves = [bytes.fromhex(leaf) for leaf in inputs]
    assert {size: chain.merkle_root(leaves[:size]) for size in roots} == roots


@given(st.lists(st.binary(max_size=4) | texts, min_size=1, max_size=40), st.data())
def test_a_proof_shows_its_leaf_at_its_place_and_no_other(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    root, proof = chain.merkle_root(leaves), chain.merkle_proof(leaves, index)
    assert chain.verify_proof(leaves[index], index, len(leaves), proof, root)
    assert not chain.verify_proof(b"another leaf", index, len(leaves), proof, root)
    assert not chain.verify_proof(leaves[index], index, len(leaves), [*proof, "0" * 64], root)
    assert not chain.verify_proof(leaves[index], len(leaves), len(leaves), proof, root)


def test_a_proof_of_one_of_twenty_thousand_items_is_fifteen_hashes():
    items = [f"comment {n}" for n in range(20_000)]
    root, proof = chain.merkle_root(iter(items)), chain.merkle_proof(iter(items), 12_345)
    assert (len(proof), chain.verify_proof("comment 12345", 12_345, 20_000, proof, root)) == (15, True)
    assert not chain.verify_proof("comment 12344", 12_345, 20_000, proof, root)


def test_there_is_no_proof_of_a_leaf_that_is_not_there():
    with pytest.raises(ValueError, match="there is no leaf 2 among 2"):
        chain.merkle_proof(["a", "b"], 2)


@pytest.mark.parametrize("case", named(VECTORS["commitments"]))
def test_commitments_are_those_of_the_vectors(case):
    assert chain.leaves_of(case["fields"], case["salts"]) == case["leaves"]
    assert chain.root_of(case["leaves"]) == case["commitment"]
    assert chain.commitment(case["fields"], case["salts"]) == case["commitment"]


def test_each_field_needs_its_salt_and_no_salt_is_over():
    for salts in ({}, {"a": SALT, "b": SALT}, {"a": SALT[:-1]}, {"a": SALT.upper()}):
        with pytest.raises(ValueError):
            chain.commitment({"a": 1}, salts)


def test_salts_are_sixteen_random_bytes_for_each_field():
    first, second = chain.new_salts({"a": 1, "b": 2}), chain.new_salts(["a", "b"])
    assert first.keys() == second.keys() == {"a", "b"}
    assert len({*first.values(), *second.values()}) == 4
    assert {len(bytes.fromhex(salt)) for salt in first.values()} == {16}


@given(st.dictionaries(texts, values, min_size=1, max_size=6), st.data())
def test_withholding_and_erasing_keep_the_commitment(fields, data):
    fields = _distinct(fields)
    salts = chain.new_salts(fields)
    committed = chain.commitment(fields, salts)
    content = chain.content_of(chain.leaves_of(fields, salts), fields, salts)
    names = data.draw(st.sets(st.sampled_from(sorted(fields)), min_size=1))
    withheld, erased = chain.withhold(content, names), chain.erase(content, names)
    assert (content["state"], withheld["state"], erased["state"]) == ("shown", "withheld", "erased")
    assert withheld["fields"].keys() == withheld["salts"].keys() == set(fields) - names
    for each in (content, withheld, erased, chain.withhold(content), chain.withhold(erased), None):
        assert chain.content_fault(each, committed) is None


def _distinct(fields):
    """The fields under their NFC names; of two that fall together, one."""
    return {chain.normal(name): value for name, value in fields.items()}


def test_a_withheld_field_cannot_be_renamed_unseen():
    fields = {"note": "x"}
    salts = chain.new_salts(fields)
    content = chain.withhold(chain.content_of(chain.leaves_of(fields, salts), fields, salts))
    content["leaves"]["nota"] = content["leaves"].pop("note")
    fault = chain.content_fault(content, chain.commitment(fields, salts))
    assert fault == "the leaves of its content do not give its commitment"


def entry(**changes):
    given_ = {
        "stream": "s",
        "seq": 1,
        "at": "2026-11-23T10:00:00.000000Z",
        "verb": "v",
        "actor": "r",
        "visibility": "public",
        "commitment": chain.commitment({}, {}),
    }
    return chain.make_entry(**given_ | changes)


def test_an_entry_carries_its_members_and_their_hash():
    made = entry(for_="r2")
    assert set(made) == set(chain.ENTRY_KEYS)
    assert (made["prev"], made["for"], made["hash"]) == ("0" * 64, "r2", chain.entry_hash(made))


def test_a_time_of_any_zone_is_written_in_utc_and_one_without_zone_refused():
    at = datetime(2026, 11, 23, 11, 0, tzinfo=timezone(timedelta(hours=1)))
    assert entry(at=at)["at"] == "2026-11-23T10:00:00.000000Z"
    assert entry(at=datetime(2026, 11, 23, 10, tzinfo=UTC)) == entry()
    with pytest.raises(ValueError):
        entry(at=datetime(2026, 11, 23, 10))


@pytest.mark.parametrize(
    "changes",
    [
        {"seq": 0},
        {"seq": True},
        {"stream": ""},
        {"verb": ""},
        {"actor": None},
        {"for_": ""},
        {"at": "2026-11-23T10:00:00Z"},
        {"at": "2026-02-30T10:00:00.000000Z"},
        {"at": "2026-11-23T24:00:00.000000Z"},
        {"commitment": "0" * 63},
        {"prev": "A" * 64},
    ],
    ids=repr,
)
def test_a_malformed_entry_is_not_made(changes):
    with pytest.raises(ValueError):
        entry(**changes)


def test_the_head_is_that_of_the_last_entry_and_of_none_all_zeros():
    first = entry()
    second = entry(seq=2, prev=first["hash"])
    assert chain.head(iter([first, second])) == f"2:{second['hash']}"
    assert chain.head([]) == "0:" + "0" * 64
    assert chain.parse_head(f" 2:{second['hash'].upper()}\n") == (2, second["hash"])


@pytest.mark.parametrize(
    "head", ["", "1", "1:ab", "0:" + "1" * 64, "1:" + "0" * 64, "٣:" + "1" * 64, "01:" + "1" * 64]
)
def test_what_is_no_head_is_refused(head):
    with pytest.raises(ValueError):
        chain.parse_head(head)


def test_the_chain_of_the_vectors_is_made_anew_from_its_payloads():
    case = VECTORS["chain"]
    export = chain.parse_export(("\n".join(case["lines"]) + "\n").encode("utf-8"))
    prev = chain.NO_HASH
    for (found, _), fields, salts in zip(export.rows, case["payloads"], case["salts"], strict=True):
        parts = {key: value for key, value in found.items() if key not in ("for", "hash")}
        remade = chain.make_entry(
            **parts | {"for_": found["for"], "prev": prev, "commitment": chain.commitment(fields, salts)}
        )
        assert remade == found
        prev = remade["hash"]
    assert chain.head(row for row, _ in export.rows) == case["head"]


def test_an_export_is_written_as_the_vectors_have_it():
    case = VECTORS["chain"]
    export = chain.parse_export(("\n".join(case["lines"]) + "\n").encode("utf-8"))
    header = export.header
    lines = chain.export_lines(
        header["stream"],
        export.rows,
        exported_at=header["exported_at"],
        note=header["note"],
        heads=export.heads,
    )
    written = b"".join(lines)
    assert written == ("\n".join(case["lines"]) + "\n").encode("utf-8")
    assert chain.digest(written) == case["file_sha256"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "line 1: the file is empty"),
        (["[]"], "line 1: expected an object"),
        (["{}"], "line 1: its format is not concord-record/1"),
        ([VECTORS["chain"]["lines"][0], "{}"], "line 2: expected an entry and its content"),
        (
            [VECTORS["chain"]["lines"][0], "", "[1.5]"],
            "line 3: 1.5 is no integer; the record holds no floats",
        ),
    ],
)
def test_a_file_that_is_no_export_is_refused_by_line(lines, message):
    with pytest.raises(ValueError) as refusal:
        chain.parse_export("\n".join(lines).encode("utf-8"))
    assert str(refusal.value) == message


def test_signed_heads_are_those_of_the_vectors():
    case = VECTORS["signature"]
    unsigned = case["heads"]
    made = chain.sign_heads(
        bytes.fromhex(case["private_key_hex"]), unsigned["date"], unsigned["heads"], unsigned["key_id"]
    )
    assert made == unsigned
    message = {key: value for key, value in made.items() if key != "signature"}
    assert chain.canonical(message).hex() == case["message_hex"]
    assert chain.check_signature(made, bytes.fromhex(case["public_key_hex"]))


@pytest.mark.parametrize("key", ["date", "heads", "key_id", "signature", "format"])
def test_a_change_in_signed_heads_breaks_the_signature(key):
    case = VECTORS["signature"]
    other = {
        "date": "2026-11-24",
        "heads": {},
        "key_id": "other",
        "signature": "0" * 128,
        "format": "concord-heads/2",
    }
    changed = case["heads"] | {key: other[key]}
    assert not chain.check_signature(changed, bytes.fromhex(case["public_key_hex"]))


def test_a_public_key_is_taken_in_three_forms_and_a_private_one_refused():
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VECTORS["signature"]["private_key_hex"]))
    raw = private.public_key().public_bytes_raw()
    pem = private.public_key().public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)
    for form in (raw, pem, raw.hex().encode() + b"\n"):
        assert chain.load_public_key(form).public_bytes_raw() == raw
    secret = private.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
    other = generate_private_key(SECP256R1()).public_key()
    foreign = other.public_bytes(s.Encoding.PEM, s.PublicFormat.SubjectPublicKeyInfo)
    for form in (secret, foreign, b"", b"no key"):
        with pytest.raises(ValueError):
            chain.load_public_key(form)


@settings(max_examples=30)
@given(texts, st.dictionaries(texts, values, max_size=3))
def test_an_export_reads_back_as_it_was_written(note, fields):
    fields = _distinct(fields)
    salts = chain.new_salts(fields)
    content = chain.content_of(chain.leaves_of(fields, salts), fields, salts)
    rows = [(entry(commitment=chain.commitment(fields, salts)), content)]
    lines = chain.export_lines("s", rows, exported_at="2026-11-23T10:00:00.000000Z", note=note)
    export = chain.parse_export(b"".join(lines))
    assert (export.rows, export.heads) == (rows, None)
    assert export.header.get("note", "") == chain.normal(note)


def test_neither_file_needs_django_or_cryptography_to_be_imported():
    code = "import sys, records.verify; print(sorted({'django', 'cryptography'} & sys.modules.keys()))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
