"""The five answers of the verifier, each beside the damage that calls for it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records import chain, verify

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "docs" / "record-vectors.json").read_text(encoding="utf-8"))
PRIVATE = bytes.fromhex(VECTORS["signature"]["private_key_hex"])
PUBLIC = bytes.fromhex(VECTORS["signature"]["public_key_hex"])
STREAM = "session/demo"
AT = "2026-11-23T10:00:00.000000Z"


def payload(n):
    fields = {"@actor": f"Delegation {n}", "line": f"B.{n}", "words": ["may", {"é": n}]}
    return fields, {name: chain.digest(f"{n} {name}".encode())[:32] for name in fields}


def rows(count=5, *, start=1, prev=chain.NO_HASH, stream=STREAM, verb="line.proposed"):
    made = []
    for n in range(start, count + 1):
        fields, salts = payload(n)
        entry = chain.make_entry(
            stream=stream,
            seq=n,
            at=AT,
            verb=verb,
            actor="r1",
            for_="r2" if n % 2 else None,
            visibility="public",
            commitment=chain.commitment(fields, salts),
            prev=prev,
        )
        made.append((entry, chain.content_of(chain.leaves_of(fields, salts), fields, salts)))
        prev = entry["hash"]
    return made


def written(found, heads=None, stream=STREAM):
    return b"".join(chain.export_lines(stream, found, exported_at=AT, note="Invented.", heads=heads))


def asked(data, **options):
    return verify.verify(_by_newline(data) if isinstance(data, bytes) else data, **options)


def answer(data, **options):
    verdict = asked(data, **options)
    return verdict.code, verdict.altered


GOOD = rows()
HEAD = chain.head(entry for entry, _ in GOOD)
SIGNED = chain.sign_heads(PRIVATE, "2026-11-23", {STREAM: HEAD}, "test")
FILE = written(GOOD)
SIGNED_FILE = written(GOOD, SIGNED)
WITHHELD = [
    (
        entry,
        [content, chain.withhold(content), chain.withhold(content, ["words"]), chain.erase(content), None][n],
    )
    for n, (entry, content) in enumerate(GOOD)
]


def changed(n, change):
    """The rows with one of them (from 1) changed in a deep copy."""
    copy = json.loads(json.dumps(GOOD))
    change(*copy[n - 1])
    return [tuple(row) for row in copy]


# --- the five answers ---


def test_a_whole_record_with_its_head_is_intact():
    verdict = asked(FILE, head=HEAD)
    assert (verdict.code, verdict.entries, verdict.shown, verdict.notes) == (verify.INTACT, 5, 5, ())
    assert verdict.sentence == "Intact: 5 entries, anchored at entry 5 by the head given."


def test_a_signed_head_anchors_as_well_as_a_printed_one():
    verdict = asked(SIGNED_FILE, public_key=PUBLIC)
    assert verdict.code == verify.INTACT
    assert verdict.notes == ('The signature of the head signed on 2026-11-23 (key "test") is good.',)


def test_an_older_head_anchors_only_what_came_before_it():
    verdict = asked(FILE, head=f"3:{GOOD[2][0]['hash']}")
    assert verdict.code == verify.INTACT
    assert verdict.notes == ("Entries 4 to 5 came after that head; it does not show that they are all.",)


def test_without_a_head_a_record_is_intact_but_not_anchored():
    assert answer(FILE) == (verify.NOT_ANCHORED, None)
    assert answer(SIGNED_FILE) == (verify.NOT_ANCHORED, None)
    assert answer(FILE, public_key=PUBLIC) == (verify.NOT_ANCHORED, None)
    assert answer(FILE, head="0:" + "0" * 64) == (verify.NOT_ANCHORED, None)


def test_an_empty_record_is_anchored_by_the_head_of_nothing():
    assert answer(written([]), head="0:" + "0" * 64) == (verify.INTACT, None)
    assert answer(written([])) == (verify.NOT_ANCHORED, None)
    assert answer(written([]), head=HEAD) == (verify.TAIL_MISSING, None)


def test_a_record_made_anew_is_rewritten_against_its_head():
    anew = written(rows(verb="line.approved"))
    assert answer(anew) == (verify.NOT_ANCHORED, None)
    assert answer(anew, head=HEAD) == (verify.REWRITTEN, None)
    assert answer(written(rows(verb="x"), SIGNED), public_key=PUBLIC) == (verify.REWRITTEN, None)


def test_a_record_made_anew_from_the_middle_is_rewritten_against_a_later_head():
    anew = GOOD[:3] + rows(start=4, prev=GOOD[2][0]["hash"], verb="other")
    assert answer(written(anew), head=HEAD) == (verify.REWRITTEN, None)
    assert answer(written(anew), head=f"3:{GOOD[2][0]['hash']}") == (verify.INTACT, None)


def test_a_shortened_and_rewritten_record_is_called_rewritten_where_one_head_shows_it():
    anew = written(rows(verb="other")[:4], chain.sign_heads(PRIVATE, "2026-11-23", {STREAM: HEAD}, "test"))
    assert answer(anew, head=f"2:{GOOD[1][0]['hash']}", public_key=PUBLIC) == (verify.REWRITTEN, None)


@pytest.mark.parametrize("kept", range(5))
def test_a_dropped_tail_is_missing_once_a_head_reaches_it(kept):
    assert answer(written(GOOD[:kept]), head=HEAD) == (verify.TAIL_MISSING, None)
    assert answer(written(GOOD[:kept], SIGNED), public_key=PUBLIC) == (verify.TAIL_MISSING, None)
    assert answer(written(GOOD[:kept])) == (verify.NOT_ANCHORED, None)


def test_a_bad_signature_is_said_and_anchors_nothing():
    said = "Bad signature: the key given did not sign the line of heads, so it was not used."
    forged = SIGNED | {"heads": {STREAM: "9:" + "1" * 64}}
    for heads, key in ((forged, PUBLIC), (SIGNED, bytes(31) + b"\x01")):
        verdict = asked(written(GOOD, heads), public_key=key)
        assert (verdict.code, verdict.notes) == (verify.NOT_ANCHORED, (said,))
    verdict = asked(written(GOOD, forged), public_key=PUBLIC, head=HEAD)
    assert (verdict.code, verdict.notes) == (verify.INTACT, (said,))


def test_heads_that_were_not_checked_are_named_and_their_contradiction_too():
    unchecked = "The file holds a line of heads; without --key its signature was not checked."
    contradicts = "That line does not fit the entries of this file: ask for the key and check."
    assert asked(SIGNED_FILE).notes == (unchecked,)
    assert asked(written(GOOD[:4], SIGNED)).notes == (unchecked, contradicts)


def test_signed_heads_of_other_streams_anchor_nothing():
    other = chain.sign_heads(PRIVATE, "2026-11-23", {"body/other": HEAD}, "test")
    verdict = asked(written(GOOD, other), public_key=PUBLIC)
    assert verdict.code == verify.NOT_ANCHORED
    assert verdict.notes == ("The signature is good, but the signed heads do not name this stream.",)


# --- an entry altered: which, and what differs ---

OTHER_HASH = "1" * 64


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda e, c: e.update(verb="x"),
            "one of its members was changed: their hash is not the hash written",
        ),
        (
            lambda e, c: e.update(hash=OTHER_HASH),
            "its written hash is not the hash of its members (the next entry names the right one)",
        ),
        (
            lambda e, c: e.update(prev=OTHER_HASH),
            "its prev is not the hash of the entry before it, and its hash does not fit",
        ),
        (lambda e, c: e.update(seq=7), "its seq is 7 where 3 is due, and its hash does not fit"),
        (lambda e, c: e.update(at="yesterday"), "its at is not a UTC time with microseconds"),
        (lambda e, c: e.update(seq="3"), "its seq is not a number from 1"),
        (
            lambda e, c: e.pop("verb"),
            "its entry does not hold exactly stream, seq, at, verb, actor, for, visibility, commitment, "
            "prev, hash",
        ),
        (
            lambda e, c: e.update(stream="body/b"),
            'it belongs to stream "body/b", the file to "session/demo"',
        ),
        (lambda e, c: c["fields"].update(line="B.4"), 'field "line" or its salt does not fit its leaf'),
        (lambda e, c: c["salts"].update(line="0" * 32), 'field "line" or its salt does not fit its leaf'),
        (
            lambda e, c: c["salts"].update(line="0"),
            'the salt of field "line" is not 32 lower-case hex digits',
        ),
        (
            lambda e, c: c["leaves"].update(line=OTHER_HASH),
            "the leaves of its content do not give its commitment",
        ),
        (lambda e, c: c["leaves"].pop("line"), "the leaves of its content do not give its commitment"),
        (lambda e, c: c["leaves"].update(line=1), "a leaf of its content is not 64 lower-case hex digits"),
        (lambda e, c: c.update(fields=[]), "leaves, fields and salts of its content are not all objects"),
        (lambda e, c: c["fields"].pop("line"), "its fields, salts and leaves do not name the same fields"),
        (
            lambda e, c: c.update(state="withheld"),
            "the state of its content is not what its fields and leaves say",
        ),
        (lambda e, c: c.update(state=[]), "the state of its content is not what its fields and leaves say"),
        (lambda e, c: c.update(more=1), "its content does not hold exactly state, leaves, fields, salts"),
    ],
)
def test_an_altered_entry_is_named_with_what_differs(change, reason):
    verdict = asked(written(changed(3, change)), head=HEAD)
    assert (verdict.code, verdict.altered) == (verify.ALTERED, 3)
    assert verdict.sentence == f"Entry 3 altered: {reason}."
    assert (verdict.entries, verdict.shown) == (2, 2)


def test_an_entry_changed_and_hashed_anew_is_named_by_the_entry_after_it():
    forged = rows(3, start=3, prev=GOOD[1][0]["hash"], verb="other")
    verdict = asked(written(GOOD[:2] + forged + GOOD[3:]), head=HEAD)
    assert (verdict.code, verdict.altered) == (verify.ALTERED, 3)
    assert verdict.sentence == (
        "Entry 3 altered: its hash is not the prev that entry 4 names; it was changed and hashed anew, "
        "it or one before it."
    )


def test_a_first_entry_that_follows_something_is_altered():
    assert answer(written(rows(prev=OTHER_HASH))) == (verify.ALTERED, 1)


@pytest.mark.parametrize(
    ("order", "altered", "reason"),
    [
        ((1, 2, 4, 5), 3, "in its place stands entry 4 (entries are missing or out of order)"),
        ((2, 3, 4, 5), 1, "in its place stands entry 2 (entries are missing or out of order)"),
        ((1, 3, 2, 4, 5), 2, "in its place stands entry 3 (entries are missing or out of order)"),
        ((1, 2, 2, 3, 4, 5), 3, "entry 2 stands again in its place (doubled or out of order)"),
        ((1, 2, 3, 4, 5, 1), 6, "entry 1 stands again in its place (doubled or out of order)"),
    ],
)
def test_gaps_doubles_and_disorder_are_named(order, altered, reason):
    verdict = asked(written([GOOD[n - 1] for n in order]), head=HEAD)
    assert (verdict.code, verdict.altered) == (verify.ALTERED, altered)
    assert verdict.sentence == f"Entry {altered} altered: {reason}."


def test_an_entry_of_a_foreign_stream_is_altered():
    foreign = rows(stream="body/b")
    assert answer(written([*GOOD[:2], foreign[2], *GOOD[3:]])) == (verify.ALTERED, 3)
    assert answer(written(foreign)) == (verify.ALTERED, 1)


@pytest.mark.parametrize(
    "line", [b"{\n", b"[]\n", b"\xff\n", b"[" * 50_000 + b"\n", b'{"entry":1,"content":null}\n']
)
def test_a_line_that_is_no_row_is_an_altered_entry_and_no_traceback(line):
    lines = FILE.splitlines(keepends=True)
    assert answer([*lines[:3], line, *lines[4:]], head=HEAD) == (verify.ALTERED, 3)


def test_nothing_may_follow_the_line_of_heads():
    assert answer(SIGNED_FILE + FILE.splitlines(keepends=True)[1]) == (verify.ALTERED, 6)


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"hello\n", b"{}\n", FILE[:40], b"\xff\xfe", FILE.replace(b"/1", b"/2", 1)]
)
def test_what_is_no_record_is_unreadable(data):
    with pytest.raises(verify.Unreadable):
        asked(data)


# --- withholding ---


def test_withheld_and_erased_contents_are_counted():
    verdict = asked(written(WITHHELD), head=HEAD)
    counts = (verdict.shown, verdict.withheld, verdict.erased, verdict.partly)
    assert (verdict.code, counts) == (verify.INTACT, (1, 3, 1, 1))
    assert verify.report(verdict).splitlines()[1] == (
        "Contents: 1 shown, 3 withheld, 1 erased (1 of them in part)."
    )


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("wen"), st.sets(st.sampled_from(["@actor", "line", "words"]))),
        min_size=5,
        max_size=5,
    )
)
def test_withholding_never_changes_the_answer(plans):
    ways = {"w": chain.withhold, "e": chain.erase, "n": lambda content, names: None}
    thinned = [(e, ways[way](c, names)) for (e, c), (way, names) in zip(GOOD, plans, strict=True)]
    assert answer(written(thinned), head=HEAD) == (verify.INTACT, None)
    assert answer(written(thinned)) == (verify.NOT_ANCHORED, None)
    assert answer(written(thinned[:4]), head=HEAD) == (verify.TAIL_MISSING, None)


# --- any byte, any cut ---

MIXED = written(WITHHELD, SIGNED)


def meaning(data):
    """What a file says, without the exporter's own words (note, time of export), which nothing covers."""
    export = chain.parse_export(data)
    return export.header["stream"], export.rows, export.heads


@settings(max_examples=600, deadline=None)
@given(st.integers(0, len(MIXED) - 1), st.integers(0, 255))
def test_any_changed_byte_is_detected_or_changes_nothing_that_the_file_says(place, byte):
    data = MIXED[:place] + bytes([byte]) + MIXED[place + 1 :]
    try:
        verdict = asked(data, public_key=PUBLIC)
    except verify.Unreadable:
        return
    if verdict.code == verify.INTACT:
        assert meaning(data) == meaning(MIXED)
    else:
        assert verdict.code in (verify.ALTERED, verify.TAIL_MISSING, verify.NOT_ANCHORED)
    if verdict.code == verify.NOT_ANCHORED:  # the line of heads was hit, and that is said
        assert len(verdict.notes) == 1
        heads_at = MIXED.index(b'{"heads"')
        assert place >= heads_at


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(FILE) - 1), st.integers(0, 255))
def test_a_changed_byte_in_an_entry_names_that_entry(place, byte):
    data = FILE[:place] + bytes([byte]) + FILE[place + 1 :]
    line = FILE.count(b"\n", 0, place)
    try:
        code, altered = answer(data, head=HEAD)
    except verify.Unreadable:
        assert line == 0
        return
    if code == verify.INTACT:
        assert meaning(data) == meaning(FILE)
    else:
        assert (code, altered) == (verify.ALTERED, max(line, 1))


def _by_newline(data):
    """Lines as a file opened in binary mode gives them."""
    return [line for line in data.replace(b"\n", b"\n\0\0\0").split(b"\0\0\0") if line]


@settings(max_examples=300, deadline=None)
@given(st.integers(FILE.index(b"\n") + 1, len(FILE) - 2))
def test_any_cut_of_the_tail_is_tail_missing_where_the_head_is_given(end):
    assert answer(FILE[:end], head=HEAD) == (verify.TAIL_MISSING, None)


def test_a_file_that_breaks_off_within_a_line_misses_its_tail_even_without_a_head():
    verdict = asked(FILE[:-30])
    assert verdict.code == verify.TAIL_MISSING
    assert verdict.sentence == "Tail missing: the file breaks off within line 6, in entry 5; whole are 4."


def test_a_cut_through_the_line_of_heads_leaves_the_entries_to_the_head_given():
    cut = SIGNED_FILE[:-30]
    assert answer(cut, head=HEAD) == (verify.INTACT, None)
    verdict = asked(cut, public_key=PUBLIC)
    assert verdict.code == verify.NOT_ANCHORED
    assert verdict.notes == ("The line of heads (line 7) is damaged and was not used.",)


def test_line_ends_blank_lines_order_of_keys_and_a_byte_order_mark_change_nothing():
    loose = "\r\n\r\n".join(
        json.dumps(dict(reversed(json.loads(line).items())), indent=None, ensure_ascii=True)
        for line in FILE.decode("utf-8").splitlines()
    )
    data = b"\xef\xbb\xbf" + loose.encode("utf-8")
    assert answer(data, head=HEAD) == (verify.INTACT, None)
    assert meaning(data) == meaning(FILE)


# --- the command ---


def run(*arguments, script=None, cwd=ROOT):
    command = [str(script)] if script else ["-m", "records.verify"]
    ran = subprocess.run(
        [sys.executable, *command, *map(str, arguments)], cwd=cwd, capture_output=True, text=True
    )
    return ran.returncode, ran.stdout.splitlines(), ran.stderr.splitlines()


def test_the_command_verifies_the_chain_of_the_vectors(tmp_path):
    record, key = tmp_path / "record.jsonl", tmp_path / "key"
    record.write_text("\n".join(VECTORS["chain"]["lines"]) + "\n", encoding="utf-8")
    key.write_bytes(PUBLIC)
    code, out, err = run(record, "--head", VECTORS["chain"]["head"], "--key", key)
    assert (code, err) == (0, [])
    assert out == [
        "Intact: 3 entries, anchored at entry 3 by the head given.",
        "Contents: 1 shown, 1 withheld, 1 erased (1 of them in part).",
        'The signature of the head signed on 2026-11-23 (key "test") is good.',
    ]


def test_two_files_copied_alone_verify_as_well(tmp_path):
    for name in ("chain.py", "verify.py"):
        shutil.copy(ROOT / "records" / name, tmp_path / name)
    (tmp_path / "record.jsonl").write_bytes(FILE)
    code, out, err = run("record.jsonl", script=tmp_path / "verify.py", cwd=tmp_path)
    assert (code, len(out), err) == (12, 2, [])


@pytest.mark.parametrize("make", ["file", "head", "key", "folder"])
def test_wrong_usage_ends_with_two_and_one_sentence(tmp_path, make, capsys):
    record, key = tmp_path / "record.jsonl", tmp_path / "key"
    record.write_bytes(FILE)
    key.write_bytes(b"no key")
    arguments = {
        "file": [str(tmp_path / "absent")],
        "head": [str(record), "--head", "5"],
        "key": [str(record), "--key", str(key)],
        "folder": [str(tmp_path)],
    }[make]
    assert verify.main(arguments) == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err.startswith("Not verified: "), printed.err.count("\n")) == ("", True, 1)


def test_the_exit_code_is_that_of_the_answer(tmp_path, capsys):
    record = tmp_path / "record.jsonl"
    cases = [
        (GOOD, ["--head", HEAD], 0),
        (changed(2, lambda e, c: e.update(verb="x")), [], 10),
        (GOOD[:3], ["--head", HEAD], 11),
        (GOOD, [], 12),
        (rows(verb="other"), ["--head", HEAD], 13),
    ]
    for found, options, code in cases:
        record.write_bytes(written(found))
        assert verify.main([str(record), *options]) == code
    assert capsys.readouterr().err == ""
