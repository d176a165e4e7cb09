"""Comment sheets: published columns, foreign columns, what is refused, and the round trip of our workbook."""

import csv
import dataclasses
import datetime
import io
import json
import zipfile

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviews.comments.columns import DISPOSITIONS, split_disposition, split_file_id, split_reviewer
from reviews.comments.positions import Position, parse_position
from reviews.comments.sheets import Row, SheetError, read_sheet, row_hash, write_workbook
from tests.support import shared

IPCC = ("Comment No", "Chapter", "From Page", "From Line", "To Page", "To Line", "Comment", "Response")
MARK = "un-2027/FOD sha256:" + "ab" * 32
LABELS = {
    "accepted": "Accepté",
    "rejected": "Rejeté",
    "noted": "Noté",
    "accepted-in-part": "Accepté en partie",
}


def _csv(*rows, delimiter=",", encoding="utf-8"):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def _xlsx(*rows, merge=(), formulas=(), sheet="Sheet1"):
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "d-mmm"})
    worksheet = book.add_worksheet(sheet)
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            worksheet.write(r, c, value)
    for cells in merge:
        worksheet.merge_range(*cells)
    for r, c, value in formulas:
        worksheet.write_formula(r, c, "=A1", None, value)
    book.close()
    return out.getvalue()


def _workbook(rows, **changes):
    out = io.BytesIO()
    write_workbook(
        out,
        **{
            "title": "First order draft", "round_key": "un-2027/fod-experts", "mark": MARK,
            "units": ["SPM", "1", "3"], "rows": rows, "dispositions": LABELS, "instructions": ["One row."],
            **changes,
        },
    )  # fmt: skip
    return out.getvalue()


# Made once: a test that damages it must see the same bytes each time.
_SMALL = _xlsx(["Comment", "Chapter"], ["Why?", "3"])


def _refusal(data, filename="sheet.csv", mapping=None):
    with pytest.raises(SheetError) as caught:
        read_sheet(data, filename, mapping)
    return str(caught.value)


# ----------------------------------------------------------------------------------------- columns


@pytest.mark.parametrize(
    "header", [IPCC, [n.upper().replace(" ", "_") for n in IPCC], [f" {n}: " for n in IPCC]]
)
def test_published_columns_are_known_in_any_case_and_punctuation(header):
    read = read_sheet(
        _csv(
            header, ["3-7", "Chapter 3", "12", "4", "12", "6", "Too long. [Government of China]", "Reject."]
        ),
        "r.csv",
    )
    assert read.rows == [
        Row(
            "", 2, "3-7", "3", Position("12", 4, "12", 6), "Too long.", "", "rejected", "Government of China",
        )
    ]  # fmt: skip
    assert (read.refused, read.mark) == ([], None)


def test_older_numbers_tell_unit_and_audience():
    read = read_sheet(
        _csv(
            ["Batch", "No.", "Comment", "Considerations by the writing team"],
            ["B1", "E-SPM-1", "Shorten.", "Noted"],
        ),
        "r.csv",
    )
    row = read.rows[0]
    assert (row.unit, row.audience, row.disposition, row.response) == ("SPM", "experts", "noted", "")
    assert row.extra == {"Batch": "B1"}


@pytest.mark.parametrize(
    ("file_id", "told"),
    [
        ("3-12", ("3", "")), ("E-SPM-1", ("SPM", "experts")), ("G-3-45", ("3", "governments")),
        ("ERO-006", ("", "")), ("17", ("", "")),
    ],
)  # fmt: skip
def test_a_number_tells_its_unit_only_in_the_published_forms(file_id, told):
    assert split_file_id(file_id) == told


@pytest.mark.parametrize(
    ("response", "split"),
    [
        ("Accepted – reason", ("accepted", "reason")),
        ("Reject.", ("rejected", "")),
        ("Noted - thank you", ("noted", "thank you")),
        ("Accepted in part: see 3.2", ("accepted-in-part", "see 3.2")),
        ("Partly accepted. See 3.2", ("accepted-in-part", "See 3.2")),
        ("Taken into account; text revised", ("taken-into-account", "text revised")),
        ("Not applicable", ("not-applicable", "")),
        ("Not accepted: no source", ("rejected", "no source")),
        ("Accepted text revised", ("accepted", "Accepted text revised")),
        ("Agreed.", ("accepted", "")),
        ("Agreed that it is long but it stays", (None, "Agreed that it is long but it stays")),
        ("Note that this is wrong", (None, "Note that this is wrong")),
        ("Acceptable risk is meant", (None, "Acceptable risk is meant")),
        ("", (None, "")),
    ],
)
def test_the_disposition_is_parted_from_its_reason(response, split):
    assert split_disposition(response) == split


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("Shorten. [Government of China]", ("Shorten.", "Government of China")),
        ("Shorten. [Ana Silva, Brazil].", ("Shorten.", "Ana Silva, Brazil")),
        ("As shown [see Figure 2]", ("As shown [see Figure 2]", "")),
        ("As shown [Figure 2]", ("As shown [Figure 2]", "")),
        ("As in [12]", ("As in [12]", "")),
        ("the range [x to y]", ("the range [x to y]", "")),
        ("[Government of China]", ("[Government of China]", "")),
    ],
)
def test_the_trailing_bracket_is_the_reviewer_where_it_can_be_one(text, split):
    assert split_reviewer(text) == split


def test_a_reviewer_column_leaves_brackets_in_the_text():
    read = read_sheet(_csv(["Comment", "Reviewer"], ["Shorten. [Ana Silva]", "Bo Lind"]), "r.csv")
    assert (read.rows[0].text, read.rows[0].reviewer) == ("Shorten. [Ana Silva]", "Bo Lind")


def test_foreign_columns_are_mapped_and_the_others_kept():
    data = _csv(["Year", "Request", "Source", "Request"], ["2021", "Explain.", "Council", "twice"])
    read = read_sheet(data, "r.csv", {"request": "comment", "SOURCE": "reviewer"})
    assert (read.rows[0].text, read.rows[0].reviewer) == ("Explain.", "Council")
    assert read.rows[0].extra == {"Year": "2021", "Request (2)": "twice"}
    assert read.mapping == {"Request": "text", "Source": "reviewer"}


def test_a_sheet_without_a_comment_column_is_refused_with_the_columns_found():
    text = _refusal(_csv(["Year", "Request"], ["2021", "Explain."]))
    assert "'Year', 'Request'" in text and "COLUMN=comment" in text


def test_a_mapping_is_refused_that_names_no_column_or_no_field():
    data = _csv(["Year", "Request"], ["2021", "Explain."])
    assert "'Wish'" in _refusal(data, mapping={"Wish": "comment"})
    assert "'Wish'" in _refusal(data, mapping={"Request": "comment", "Wish": "reviewer"})
    assert "'text of it' is no field" in _refusal(data, mapping={"Request": "text of it"})
    assert "two columns" in _refusal(data, mapping={"Request": "comment", "Year": "text"})


# ------------------------------------------------------------------------------------------- forms


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_sheets_are_read_in_usual_delimiters_and_encodings(delimiter, encoding):
    row = ["1", "3", "12", "4", "", "", "Größe – naïve, „so“; a|b", ""]
    read = read_sheet(_csv(IPCC, row, delimiter=delimiter, encoding=encoding), "r.csv")
    assert [(r.text, r.position) for r in read.rows] == [(row[6], Position("12", 4, "12", 4))]


def test_json_lists_are_read_and_broken_json_names_the_line():
    data = json.dumps([{"comment": "Shorten.", "From page": 12}, {"comment": "Why?", "who": ["a"]}]).encode()
    rows = read_sheet(data, "r.json").rows
    assert [(r.text, r.position.page_from, r.extra) for r in rows] == [
        ("Shorten.", "12", {}), ("Why?", None, {"who": '["a"]'}),
    ]  # fmt: skip
    assert "line 2" in _refusal(b'[{"comment": "x"},\n {"comment"', "r.json")
    assert "no list" in _refusal(b'{"a": 1}', "r.json")
    assert "entry 1" in _refusal(b"[3]", "r.json")
    assert "JSON" in _refusal(b"[" * 100_000, "r.json")


def test_titles_above_the_header_and_numbered_blank_rows_do_no_harm():
    data = _csv(
        ["Comments on the draft"], [], IPCC, ["3-1", "3", "", "", "", "", "Why?", ""], ["3-2", "3"], []
    )
    read = read_sheet(data, "r.csv")
    assert [(r.row, r.text) for r in read.rows] == [(4, "Why?")]
    assert (read.blank, read.refused) == (1, [])


def test_dates_made_from_numbers_and_pages_are_read_back_with_warnings():
    day = datetime.date(2026, 3, 12)
    row = read_sheet(_xlsx(IPCC, [day, 3, day, 4.0, "", "", "Why?", ""]), "r.xlsx").rows[0]
    assert (row.file_id, row.unit, row.position) == ("3-12", "3", Position("3-12", 4, "3-12", 4))
    assert len(row.warnings) == 2


def test_a_merged_chapter_holds_for_all_its_rows_and_a_merged_comment_for_one():
    rows = [("Chapter", "Comment"), ("", "One"), ("", "Two"), ("", "")]
    data = _xlsx(*rows, merge=[(1, 0, 2, 0, "Chapter 3")])
    assert [(r.unit, r.text) for r in read_sheet(data, "r.xlsx").rows] == [("3", "One"), ("3", "Two")]
    data = _xlsx(*rows[:1], ("3", ""), ("3", ""), merge=[(1, 1, 2, 1, "Both lines")])
    assert [(r.unit, r.text) for r in read_sheet(data, "r.xlsx").rows] == [("3", "Both lines")]


def test_hidden_sheets_are_not_read_and_sheets_without_comments_are_named():
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    for name, text in (("A", "seen"), ("B", "unseen")):
        sheet = book.add_worksheet(name)
        sheet.write_column(0, 0, ["Comment", text])
    sheet.hide()
    book.add_worksheet("Legend").write(0, 0, "Colours")
    book.close()
    read = read_sheet(out.getvalue(), "r.xlsx")
    assert ([r.text for r in read.rows], read.skipped) == (["seen"], ["Legend"])


# ----------------------------------------------------------------------------------------- refusals


def test_rows_at_fault_are_refused_with_cell_value_and_expectation():
    data = _csv(
        IPCC,
        ["3-1", "3", "1", "1", "1", "1", "", "Noted"],
        ["3-2", "3", "1", "1", "1", "1", "x" * 32_001, ""],
        ["3-3", "3", "1", "1", "1", "1", "Good", ""],
        ["3-3", "3", "1", "1", "1", "1", "Again", ""],
    )
    read = read_sheet(data, "r.csv")
    assert [r.text for r in read.rows] == ["Good"]
    assert [(r.row, r.column, r.cell) for r in read.refused] == [
        (2, "Comment", "G2"), (3, "Comment", "G3"), (5, "Comment No", ""),
    ]  # fmt: skip
    assert "it is empty; expected the text of the comment" in read.refused[0].text
    assert "at most 32,000 characters, not 32,001" in read.refused[1].text
    assert "row 4 has it already" in read.refused[2].text


def test_a_comment_that_became_a_failed_formula_is_refused_not_lost():
    read = read_sheet(_xlsx(["Comment"], ["Fine"], formulas=[(2, 0, "#NAME?")]), "r.xlsx")
    assert [r.text for r in read.rows] == ["Fine"]
    assert [(r.cell, r.value) for r in read.refused] == [("A3", "#NAME?")]


def test_files_that_are_no_sheets_are_refused_in_a_sentence():
    whole = _xlsx(["Comment"], ["Why?"])
    assert "cut off or damaged" in _refusal(whole[:-40], "r.xlsx")
    assert "cut off or damaged" in _refusal(whole[: len(whole) // 2], "r.xlsx")
    assert "no workbook" in _refusal(b"Comment\nWhy?\n", "r.xlsx")
    assert "old .xls" in _refusal(b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "r.xls")
    assert "no known kind" in _refusal(b"%PDF-1.7", "r.pdf")
    assert "zero bytes" in _refusal(b"Comment\n\x00\x01", "r.csv")
    assert "is empty" in _refusal(b" \n", "r.csv")
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "no .xlsx workbook" in _refusal(other.getvalue(), "r.docx")


def test_an_open_quotation_mark_in_a_text_sheet_names_the_row():
    assert "row 2" in _refusal(b'Comment\n"never closed ' + b"x" * 200_000, "r.csv")


def _repacked(data, path, content, *, lie=False):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == path else old.read(name))
    packed = out.getvalue()
    if lie:
        # The directory says a small size; what unpacks is large.
        packed = packed.replace(len(content).to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    return packed


@pytest.mark.parametrize("lie", [False, True])
def test_a_zip_bomb_is_refused_before_it_is_unpacked(lie):
    data = _repacked(_xlsx(["Comment"], ["Why?"]), "xl/sharedStrings.xml", b" " * (420 << 20), lie=lie)
    assert len(data) < 1 << 20
    assert "unpacks to more than 400 MB" in _refusal(data, "r.xlsx")


def _sheet_xml(cells):
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>'.encode()


_COMMENT = '<row r="1"><c r="A1" t="inlineStr"><is><t>Comment</t></is></c></row>'


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "reaches to row 1,048,576"),
        ('<row r="2"><c r="JA2"><v>1</v></c></row>', "column 261"),
        ('<row r="150000"><c r="IV150000"><v>1</v></c></row>', "cells in all"),
        ("<row r=\"2\"><c r='XFD1048576'><v>1</v></c></row>", "no usual workbook"),
        ('<row r="2"><c><v>1</v></c></row>', "no usual workbook"),
        (f'<row r="2"><c {"a" * 400} r="XFD1048576"><v>1</v></c></row>', "no usual workbook"),
    ],
)
def test_cells_far_apart_are_refused_before_a_reader_lays_out_what_lies_between(cells, said):
    data = _repacked(_xlsx(["x"]), "xl/worksheets/sheet1.xml", _sheet_xml(_COMMENT + cells))
    assert said in _refusal(data, "r.xlsx")


def test_formatted_but_empty_cells_far_below_do_no_harm():
    cells = _COMMENT.replace("1", "2").replace("Comment", "Why?")
    cells += '<row r="999999"><c r="XFD999999" s="0"/></row>'
    data = _repacked(_xlsx(["x"]), "xl/worksheets/sheet1.xml", _sheet_xml(_COMMENT + cells))
    assert [r.text for r in read_sheet(data, "r.xlsx").rows] == ["Why?"]


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_refused_or_read_and_never_breaks_the_reader(data):
    whole = bytearray(_SMALL)
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_sheet(bytes(whole), "r.xlsx")
    except SheetError as error:
        assert "r.xlsx" in str(error)


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["r.csv", "r.json", "r.xlsx", "r.txt", "r"]))
def test_any_bytes_are_refused_or_read(data, filename):
    try:
        read_sheet(data, filename)
    except SheetError as error:
        assert filename in str(error)


# --------------------------------------------------------------------------------------- round trip

_text = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"], include_characters="\n=_x"), max_size=60
)
_clean = _text.map(lambda text: parse_position(free_text=text).as_written)
_said = _clean.filter(bool)
_cell = st.one_of(st.just(""), st.from_regex(r"[0-9]{1,3}([-–][0-9]{1,3})?", fullmatch=True), _clean)
_rows = st.lists(
    st.builds(
        Row,
        sheet=st.just("Comments"), row=st.just(0), file_id=_clean, unit=st.sampled_from(["SPM", "1", "12"]),
        position=st.builds(parse_position, _cell, _cell, _cell, _cell, _clean), text=_said, response=_clean,
        disposition=st.sampled_from([None, *DISPOSITIONS]), reviewer=_clean, quote=_clean, proposed=_clean,
        number=_clean,
    ),
    max_size=5, unique_by=lambda row: row.file_id,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_rows)
def test_a_workbook_written_is_read_as_the_same_rows(rows):
    rows = [
        dataclasses.replace(row, row=n, audience=split_file_id(row.file_id)[1])
        for n, row in enumerate(rows, 2)
    ]
    read = read_sheet(_workbook(rows), "round.xlsx")
    assert read.refused == []
    assert read.rows == rows
    assert [r.position.as_written for r in read.rows] == [r.position.as_written for r in rows]
    assert [row_hash(r) for r in read.rows] == [row_hash(r) for r in rows]
    assert read.mark == MARK


@pytest.mark.parametrize("cells", [("L", "1", "", ""), ("", "1", "l 1", "l 1"), ("", "", "", "1", "L")])
def test_a_place_that_two_cells_name_is_one_place(cells):
    position = parse_position(*cells)
    row = Row("Comments", 2, "", "SPM", position, "Why?")
    (read,) = read_sheet(_workbook([row]), "round.xlsx").rows
    assert (read.position, position.others) == (position, ())


def test_texts_that_begin_like_formulas_are_written_as_text():
    texts = ["=1+1", "+A1", "-2", "@SUM(A1)", '=HYPERLINK("http://example.org")']
    data = _workbook([Row("", 0, str(n), "3", Position(), t) for n, t in enumerate(texts)])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read("xl/worksheets/sheet2.xml")
        assert b'quotePrefix="1"' in archive.read("xl/styles.xml")
    assert b"<f>" not in xml and b"<hyperlink" not in xml
    assert [r.text for r in read_sheet(data, "r.xlsx").rows] == texts


def test_the_workbook_offers_units_and_dispositions_and_locks_the_numbers():
    data = _workbook([Row("", 0, "1", "3", Position(), "Why?")], language="ar")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read("xl/worksheets/sheet2.xml").decode()
    assert "Concord!$B$1:$B$3" in xml and "Concord!$C$1:$C$4" in xml
    assert (
        "<sheetProtection" in xml
        and "<autoFilter" in xml
        and 'state="frozen"' in xml
        and 'rightToLeft="1"' in xml
    )


def test_labels_in_another_language_are_read_as_their_dispositions_and_other_words_are_refused():
    rows = [Row("", 0, str(n), "3", Position(), "Why?", disposition=key) for n, key in enumerate(LABELS)]
    assert [r.disposition for r in read_sheet(_workbook(rows), "r.xlsx").rows] == list(LABELS)
    read = read_sheet(_workbook(rows[:1], dispositions={"accepted": "Maybe"}), "r.xlsx")
    assert read.rows[0].disposition == "accepted"
    marked = _csv(
        [f"Concord snapshot {MARK}"], ["Comment", "Disposition"], ["Why?", "Maybe"], ["What?", "Noted"]
    )
    read = read_sheet(marked, "r.csv")
    assert ([r.disposition for r in read.rows], read.mark) == (["noted"], MARK)
    assert "expected one of: accepted" in read.refused[0].text


def test_a_text_too_long_for_a_cell_stops_the_export_by_name():
    with pytest.raises(ValueError, match="Comment 3-9: the column 'Comment' would hold 32,768"):
        _workbook([Row("", 0, "", "3", Position(), "x" * 32_768, number="3-9")])
    with pytest.raises(ValueError, match="single line"):
        _workbook([], mark="two\nlines")


def test_the_hash_of_a_row_forgets_answers_numbers_and_spaces_and_nothing_else():
    row = Row("A", 2, "3-1", "3", Position("12", 4, "12", 4), "Too  long.\n", "Noted", "noted", "Ana Silva")
    same = dataclasses.replace(
        row, sheet="B", row=9, file_id="", text="Too long.", response="", disposition=None
    )
    assert row_hash(same) == row_hash(row)
    for change in (
        {"text": "Too short."},
        {"unit": "4"},
        {"reviewer": "Bo"},
        {"position": Position("12", 5, "12", 5)},
    ):
        assert row_hash(dataclasses.replace(row, **change)) != row_hash(row)


# -------------------------------------------------------------------------------------- real sheets


def test_real_review_comments_are_all_read():
    data = shared("review-comments-glacier-erosion/comments.csv").read_bytes()
    read = read_sheet(data, "comments.csv")
    lines = sum(row.position.line_from is not None for row in read.rows)
    answers = sum(bool(row.response or row.disposition) for row in read.rows)
    assert (len(read.rows), lines, answers, read.refused) == (77, 25, 65, [])


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("requests-2021.csv", 32),
        ("requests-2022.csv", 45),
        ("SOE_Request_Checklist.csv", 33),
        ("2019requests.xlsx", 62),
    ],
)
def test_real_sheets_with_columns_of_their_own_are_read_by_a_mapping(name, number):
    data = shared(f"review-requests-noaa-memos/{name}").read_bytes()
    read = read_sheet(data, name, {"Request": "comment", "Source": "reviewer", "Progress": "response"})
    assert (len(read.rows), read.refused, read.skipped) == (number, [], [])
    assert "Request" in _refusal(data, name)
