"""Bibliographies are read entry by entry: the good are taken, the rest is named, nothing dangerous stays."""

import json
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.sources import clean, parse
from assessments.sources.latex import decode_latex
from assessments.sources.parse import Duplicate, Rejected, SourcesError, read_sources
from tests.support import shared

ARTICLE = """@article{farrow2025,
  title = {{Quotas} of \\textit{Homo} and CO$_2$},
  author = {M{\\"u}ller, J. and {World Health Organization} and Ludwig van Beethoven and Doe, Jr, Jane},
  journal = {Journal of Rules}, volume = 3, number = {2}, pages = {10--19}, year = 2025, month = mar,
  doi = {https://doi.org/10.1234/abc.5}, url = {https://example.org/a_b?x=1\\&y=2}
}
"""


def _one(text, filename="refs.bib"):
    read = read_sources(text.encode(), filename)
    assert (read.rejected, read.duplicates, len(read.entries)) == ([], [], 1)
    return read.entries[0]


def _refusal(data, filename="refs.bib"):
    with pytest.raises(SourcesError) as caught:
        read_sources(data, filename)
    return str(caught.value)


def _csl(*entries):
    return json.dumps(list(entries)).encode()


# --------------------------------------------------------------------------------------- the formats


def test_a_bibtex_entry_becomes_csl():
    source = _one(ARTICLE)
    assert (source.key, source.where, source.warnings) == ("farrow2025", "line 1", ())
    assert source.csl == {
        "id": "farrow2025",
        "type": "article-journal",
        "title": "Quotas of <i>Homo</i> and CO<sub>2</sub>",
        "author": [
            {"family": "Müller", "given": "J."},
            {"literal": "World Health Organization"},
            {"family": "van Beethoven", "given": "Ludwig"},
            {"family": "Doe", "given": "Jane", "suffix": "Jr"},
        ],
        "container-title": "Journal of Rules",
        "volume": "3",
        "issue": "2",
        "page": "10-19",
        "issued": {"date-parts": [[2025, 3]]},
        "DOI": "10.1234/abc.5",
        "URL": "https://example.org/a_b?x=1&y=2",
    }


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_an_ris_record_becomes_csl(line_end):
    lines = [
        "TY  - CHAP", "AU  - Pyšek, Petr", "AU  - Group of Six", "A2  - Ray, R.", "TI  - Of rules",
        "T2  - A book",
        "PY  - 2010", "DA  - 2010-11-21", "SP  - 25", "EP  - 55", "SN  - 1543", "KW  - a", "KW  - b",
        "N1  - first", "second line", "ID  - Pyek2010", "ER  - ", "",
    ]  # fmt: skip
    source = _one(line_end.join(lines), "refs.ris")
    assert source.csl == {
        "id": "Pyek2010", "type": "chapter", "title": "Of rules", "container-title": "A book",
        "page": "25-55",
        "author": [{"family": "Pyšek", "given": "Petr"}, {"literal": "Group of Six"}],
        "editor": [{"family": "Ray", "given": "R."}], "ISBN": "1543", "keyword": "a, b",
        "note": "first second line", "issued": {"date-parts": [[2010, 11, 21]]},
    }  # fmt: skip


def test_the_content_tells_the_format_and_not_the_ending():
    assert _one(ARTICLE, "refs.txt").key == "farrow2025"
    assert _one("TY  - JOUR\nTI  - Rules\nID  - r\nER  - \n", "refs.bib").key == "r"
    assert _one('[{"id": "a", "title": "Rules"}]', "refs.bib").key == "a"
    assert _one('{"items": [{"id": "a", "title": "Rules"}]}', "x").key == "a"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_usual_encodings_are_read(encoding):
    read = read_sources("@book{a, title={Größe}, year=2020}".encode(encoding), "refs.bib")
    assert read.entries[0].csl["title"] == "Größe"


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        ('M{\\"u}ller', "Müller"), ("\\v{S}t\\v epan", "Štěpan"), ("{\\O}ystein \\& co", "Øystein & co"),
        ("d\\'{e}j\\`a", "déjà"), ('\\"{\\i} {\\\'\\i}', "ï í"), ("\\c{c}\\c c", "çç"),
        ("{\\aa}rhus", "århus"),
        ("\\l odz", "łodz"), ("$\\alpha$ 5\\% 100% $5", "α 5% 100% $5"), ("{G}ermany", "Germany"),
        ("\\textbf{a}$^{14}$C", "<b>a</b><sup>14</sup>C"), ("{\\em x} --- y", "<i>x</i> — y"),
        ("\\unknown{kept} \\{set\\}", "kept {set}"), ("no latex", "no latex"),
    ],
)  # fmt: skip
def test_latex_is_decoded_and_no_word_is_lost(latex, text):
    assert decode_latex(latex) == text


# --------------------------------------------------------------------- what is taken and what is named


def test_good_bibtex_entries_are_taken_and_bad_ones_named_with_their_line():
    text = (
        "@article{a1, title={Good}, year=2020}\n"
        "@article{a2, title={never closed, year=2020}\n"
        "@article{a5, title={twice}, title={twice}}\n"
        "@article{a6 title={no comma}}\n"
        "a comment between\n"
        "@article{a7,}\n"
        "@book{a8, title={Good too}}\n"
    )
    read = read_sources(text.encode(), "refs.bib")
    assert [(s.key, s.where) for s in read.entries] == [("a1", "line 1"), ("a8", "line 7")]
    assert sorted((r.where, r.key) for r in read.rejected) == [
        ("line 2", "a2"), ("line 3", "a5"), ("line 4", "a6"), ("line 6", "a7"),
    ]  # fmt: skip
    assert all(r.reason for r in read.rejected)


def test_ris_records_not_closed_and_lines_outside_records_are_named():
    text = "TY  - JOUR\nTI  - One\nID  - a\nTY  - JOUR\nTI  - Two\nID  - b\nER  - \nAU  - Stray\n"
    text += "TY  - JOUR\nTI  - Cut"
    read = read_sources(text.encode(), "refs.ris")
    assert [s.key for s in read.entries] == ["b"]
    assert read.rejected == [
        Rejected("line 1", "a", "the record is not closed by ER; it may be cut off."),
        Rejected("line 8", "", "AU stands outside a record; a record begins with TY."),
        Rejected("line 9", "", "the record is not closed by ER; it may be cut off."),
    ]


def test_csl_entries_that_are_none_are_named_by_number():
    read = read_sources(
        _csl({"id": "a", "title": "Rules"}, 7, {"id": "b"}, {"id": "c", "author": 3}), "r.json"
    )
    assert [s.key for s in read.entries] == ["a"]
    assert [(r.where, r.key) for r in read.rejected] == [("entry 2", ""), ("entry 3", "b"), ("entry 4", "c")]


def test_an_identical_entry_is_a_duplicate_and_another_with_its_key_gets_one_of_its_own():
    rules, more = {"id": "a", "title": "Rules"}, {"id": "a", "title": "More rules"}
    read = read_sources(
        _csl(rules, more, rules, {"id": "a-2", "title": "Taken"}, {"id": "b", "title": "Rules"}), "r.json"
    )
    assert [(s.key, s.csl["title"]) for s in read.entries] == [
        ("a", "Rules"), ("a-3", "More rules"), ("a-2", "Taken"), ("b", "Rules"),
    ]  # fmt: skip
    assert read.duplicates == [Duplicate("a", "entry 1")]
    assert read.entries[1].warnings == ("the key a was taken by another entry; this one is a-3.",)


def test_a_bibtex_key_given_twice_is_sorted_out_by_content():
    text = '@string{x = "Ex"}\n@book{a, title="Q", publisher=x}\n@book{a, title={Q}, publisher=x}\n'
    text += "@book{a, title={R}}\n"
    read = read_sources(text.encode(), "refs.bib")
    assert [(s.key, s.csl["title"]) for s in read.entries] == [("a", "Q"), ("a-2", "R")]
    assert read.duplicates == [Duplicate("a", "line 2")]


def test_keys_are_safe_and_made_from_the_entry_where_the_file_has_none():
    read = read_sources(
        _csl(
            {"id": "Müller & Söhne/2020", "title": "A"},
            {"title": "B", "author": [{"family": "Ng"}], "issued": {"date-parts": [[2021]]}},
            {"title": "C"},
        ),
        "r.json",
    )
    keys = [s.key for s in read.entries]
    assert keys[:2] == ["Muller-Sohne-2020", "ng2021"]
    assert re.fullmatch(r"source-[0-9a-f]{8}", keys[2])


def test_files_that_are_no_bibliography_are_refused_in_a_sentence(monkeypatch):
    assert "no bibliography" in _refusal(b"Dear all, please cite me.", "letter.txt")
    assert "no bibliography" in _refusal(b"", "refs.bib")
    assert "zero bytes" in _refusal("@book{a}".encode("utf-16"))
    assert "line 2, column" in _refusal(b'[{"id": "a"},\n {"id": ', "r.json")
    assert "no entry" in _refusal(b"[]", "r.json")
    assert "nested too deeply" in _refusal(b"[" * 200_000, "r.json")
    assert "nested too deeply" in _refusal(b'[{"id": ' + b"9" * 5000 + b"}]", "r.json")
    monkeypatch.setattr(parse, "MAX_BYTES", 10)
    assert "at most" in _refusal(b"@book{abcdefg}")


def test_more_entries_than_the_cap_are_refused(monkeypatch):
    monkeypatch.setattr(parse, "MAX_ENTRIES", 2)
    entries = [{"id": str(n), "title": str(n)} for n in range(3)]
    assert len(read_sources(_csl(*entries[:2]), "r.json").entries) == 2
    assert "more than 2 entries" in _refusal(_csl(*entries), "r.json")


# ------------------------------------------------------------------------------------------- cleaning


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("<i>Homo</i> <em>x</em>", "<i>Homo</i> <i>x</i>"),
        ('<i class="x" onclick="y()">a</i>', "<i>a</i>"),
        ("<b>never closed", "<b>never closed</b>"),
        ("closed </i> only", "closed only"),
        ("<i><b>x</i></b>", "<i><b>x</b></i>"),
        ("a<script>alert(1)</script>b", "ab"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;b", "b"),
        ("<scr<script>x</script>ipt>alert(1)", "alert(1)"),
        ("<mml:math><mml:mi>x</mml:mi></mml:math>", "x"),
        ("p < 0.05 and n<k", "p < 0.05 and n< k"),
        ("R&amp;D &eacute;", "R&D é"),
        ("<!-- gone -->x <img src=x onerror=y>", "x"),
        ("n <<i></i>script>", "n < <i></i>script>"),
        ("a\u202eb\x00c\n  d", "abc d"),
    ],
)
def test_titles_keep_the_marks_of_csl_and_lose_everything_else(title, kept):
    assert clean.clean_rich(title) == kept
    assert _one(json.dumps([{"id": "a", "title": title}])).csl["title"] == kept


_nasty = st.lists(
    st.one_of(
        st.sampled_from(
            ["<", ">", "</", "<i>", "</i>", "<b", "<script>", "</script>", "&lt;", "&amp;", "<!--", "-->"]
        ),
        st.text(max_size=4),
    ),
    max_size=14,
).map("".join)  # fmt: skip


@given(_nasty)
def test_cleaning_leaves_balanced_marks_and_no_other_tag_and_is_done_in_one_go(text):
    for cleaner in (clean.clean_rich, clean.clean_plain):
        once = cleaner(text)
        assert cleaner(once) == once
        bare = re.sub(r"</?(?:i|b|sub|sup)>", "", once) if cleaner is clean.clean_rich else once
        assert not re.search(r"<[A-Za-z/!?]", bare)
    once, depth = clean.clean_rich(text), []
    for closing, name in re.findall(r"<(/?)(i|b|sub|sup)>", once):
        if closing:
            assert depth.pop() == name
        else:
            depth.append(name)
    assert depth == []


@pytest.mark.parametrize(
    "piece",
    [
        "<a",
        "<",
        "<script>",
        "<!--",
        "&amp;",
        "&lt;i&gt;",
        "<i>",
        "</i>",
        "a ",
        "\\a",
        "{",
        "\\'{",
        "$a",
        "&#",
    ],
)
def test_a_hostile_field_costs_little_more_than_its_reading(piece):
    text = (piece * 50_000)[: clean.MAX_FIELD]
    start = time.process_time()
    clean.clean_rich(text)
    clean.clean_plain("</script>-->" + text[:-20])
    decode_latex(text)
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org/a?b=c#d", True), ("http://example.org:80/", True), ("HTTPS://A.ORG", True),
        ("javascript:alert(1)", False), ("data:text/html,x", False), ("//example.org", False),
        ("https://user:word@example.org/", False), ('https://example.org/"onx', False), ("https://", False),
        ("https://example.org/a b", False), ("https://[::1", False), ("ftp://example.org", False),
    ],
)  # fmt: skip
def test_only_plain_web_addresses_are_safe(url, kept):
    assert clean.safe_url(url) == (url if kept else None)


def test_an_address_of_another_scheme_is_left_out_and_a_broken_one_kept_to_be_read():
    one = _one('[{"id": "a", "title": "T", "URL": "javascript:alert(1)"}]')
    assert "URL" not in one.csl and one.warnings == (
        "the URL was left out: only http and https addresses are kept.",
    )
    two = _one('[{"id": "a", "title": "T", "URL": "https://example.org/a b"}]')
    assert two.csl["URL"] == "https://example.org/a b" and len(two.warnings) == 1


@pytest.mark.parametrize(
    ("written", "doi"),
    [
        ("10.1234/abc", "10.1234/abc"), ("https://doi.org/10.1234/abc", "10.1234/abc"),
        ("doi: 10.1234/a(b)c", "10.1234/a(b)c"), ("10.1002/1<2::AID-3>4", "10.1002/1<2::AID-3>4"),
        ("http://dx.doi.org/10.1234/a%2Fb", "10.1234/a/b"), ("none", None), ("10.1234/a b", None),
    ],
)  # fmt: skip
def test_a_doi_is_taken_out_of_any_usual_form(written, doi):
    assert clean.safe_doi(written) == doi


@pytest.mark.parametrize(
    ("date", "csl"),
    [
        ("2020", {"date-parts": [[2020]]}), (2020, {"date-parts": [[2020]]}),
        ("2010-11-21", {"date-parts": [[2010, 11, 21]]}), ("2020/04", {"date-parts": [[2020, 4]]}),
        ("2020-13-01", {"date-parts": [[2020]]}), ("in press", {"literal": "in press"}), ("", None),
        ({"raw": "2020-02-03T10:00:00Z"}, {"date-parts": [[2020, 2, 3]]}),
        ({"date-parts": [["2020", "2", ""]]}, {"date-parts": [[2020, 2]]}),
        ({"date-parts": [["spring"]]}, {"literal": "spring"}), ({"date-parts": []}, None),
    ],
)  # fmt: skip
def test_dates_are_made_regular(date, csl):
    assert clean.clean_date(date) == csl


def test_industry_sources_are_flagged_from_the_file():
    flagged = [
        {"title": "T", "custom": {"industry": True}}, {"title": "T", "note": "for-profit; raw: x"},
        {"title": "T", "keyword": "ai, industry"},
    ]  # fmt: skip
    plain = [{"title": "T", "note": "not for-profit"}, {"title": "T", "keyword": "industry 4.0"}]
    assert [clean.clean_csl(raw)[0].get("custom") for raw in flagged] == [{"industry": True}] * 3
    assert [clean.clean_csl(raw)[0].get("custom") for raw in plain] == [None, None]


def test_the_hash_of_the_content_forgets_the_key_and_nothing_else():
    one, two = {"id": "a", "title": "T", "type": "book"}, {"type": "book", "title": "T", "id": "b"}
    assert clean.content_hash(one) == clean.content_hash(two)
    assert clean.content_hash(one) != clean.content_hash({**one, "title": "U"})


# ------------------------------------------------------------------------------------ anything at all

_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=12), st.just(float("1e308"))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_names = st.sampled_from(
    ["id", "type", "title", "author", "issued", "DOI", "URL", "note", "custom", "keyword", "page"]
)


@given(st.lists(st.one_of(_json, st.dictionaries(_names, _json, max_size=6)), min_size=1, max_size=5))
def test_every_csl_record_is_taken_rejected_or_a_duplicate(entries):
    read = read_sources(json.dumps(entries).encode(), "r.json")
    assert len(read.entries) + len(read.rejected) + len(read.duplicates) == len(entries)
    assert len({s.key for s in read.entries}) == len(read.entries)
    for source in read.entries:
        assert re.fullmatch(r"[A-Za-z0-9_:.-]+", source.key) and source.csl["id"] == source.key
        again, _ = clean.clean_csl(source.csl)
        assert {"id": source.key, **again} == source.csl


_pieces = st.sampled_from(
    [
        "@article{", "@book{k,", "title={", "}", "{", ",", "author=", '"', "year=2020", "a and b", "\\'e",
        "@string{", "\n", "TY  - ", "AU  - ", "ER  - ", "[", "]",
    ]
)  # fmt: skip


@settings(deadline=None)
@given(
    st.lists(st.one_of(_pieces, st.text(max_size=6)), max_size=20).map("".join),
    st.sampled_from(["r.bib", "r.ris", "r"]),
)
def test_any_text_is_read_or_refused(text, filename):
    try:
        read = read_sources(text.encode("utf-8", "replace"), filename)
    except SourcesError as error:
        assert filename in str(error)
    else:
        assert read.entries or read.rejected


# ----------------------------------------------------------------------------------------- real lists


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("bibliography-ipbes-ias-a/references.bib", 2677),
        ("bibliography-ipbes-ias-a/references.ris", 2677),
        ("bibliography-ipbes-ias-a/references.csl.json", 2677),
        ("international-ai-safety-report-2025/references/references.csl.json", 1366),
    ],
)
def test_real_bibliographies_are_read_without_loss(path, number):
    read = read_sources(shared(path).read_bytes(), path)
    assert (len(read.entries), read.rejected, read.duplicates) == (number, [], [])


def test_the_same_list_has_the_same_keys_and_titles_in_all_three_formats():
    folder = shared("bibliography-ipbes-ias-a")
    lists = [
        {
            s.key: clean.strip_marks(s.csl["title"]).casefold()
            for s in read_sources((folder / n).read_bytes(), n).entries
        }
        for n in ("references.bib", "references.ris", "references.csl.json")
    ]
    assert lists[1] == lists[2]
    assert lists[0].keys() == lists[2].keys()
