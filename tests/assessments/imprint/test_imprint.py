"""What the report says of itself: numbers that are checked, people who agreed, terms that were approved (8.8, 4.9)."""

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from assessments.imprint import actions, numbers
from assessments.imprint.matter import matter_of
from assessments.imprint.models import Imprint, Term
from panels.models import Person
from records.models import Entry
from records.obstacles import Blocked
from tests.world import NOW, build_world


@pytest.fixture
def side(db):
    return build_world().adv


def refused(act, *args, **more) -> str:
    with pytest.raises(Blocked) as caught:
        act(*args, **more)
    return str(caught.value)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("978-3-16-148410-0", "978-3-16-148410-0"),
        ("ISBN 9783161484100", "9783161484100"),
        ("0-306-40615-2", "0-306-40615-2"),
        ("0-8044-2957-x", "0-8044-2957-X"),
    ],
)
def test_an_isbn_is_kept_as_it_was_typed(typed, kept):
    assert numbers.isbn(typed) == kept


@pytest.mark.parametrize("typed", ["978-3-16-148410-1", "0-306-40615-3", "977-3-16-148410-0", "twelve", ""])
def test_an_isbn_with_a_mistyped_digit_is_none(typed):
    with pytest.raises(ValueError, match="checksum|form"):
        numbers.isbn(typed)


@given(st.text(max_size=40))
def test_any_text_is_an_isbn_or_refused(text):
    try:
        kept = numbers.isbn(text)
    except ValueError:
        return
    assert numbers.isbn(kept) == kept
    assert len(kept) <= 17


@pytest.mark.parametrize("typed", ["10.1234/abc", "https://doi.org/10.1234/abc", "doi: 10.1234/abc"])
def test_a_doi_is_kept_without_its_address(typed):
    assert numbers.doi(typed) == "10.1234/abc"


@pytest.mark.parametrize(
    "typed", ["10.12/abc", "11.1234/abc", "10.1234/", "10.1234/a b", "javascript:alert(1)"]
)
def test_what_has_not_the_form_of_a_doi_is_refused(typed):
    with pytest.raises(ValueError, match="form"):
        numbers.doi(typed)


def test_the_secretariat_enters_it_and_the_record_names_what_changed(side):
    actions.change_imprint(
        side.cycle, isbn="978-3-16-148410-0", licence="CC BY 4.0", by=side.secretariat, now=NOW
    )
    assert Imprint.objects.get(cycle=side.cycle).licence == "CC BY 4.0"
    actions.change_imprint(side.cycle, licence="CC BY 4.0", by=side.secretariat, now=NOW)
    # The second time nothing changed, and the record says nothing.
    assert Entry.objects.filter(stream=side.cycle.stream, verb="imprint.changed").count() == 1


def test_a_reviewer_enters_nothing(side):
    with pytest.raises(PermissionDenied):
        actions.change_imprint(side.cycle, licence="CC0", by=side.reviewer, now=NOW)
    assert not Imprint.objects.filter(licence="CC0").exists()


def test_a_wrong_number_changes_nothing_and_says_what_was_expected(side):
    who = {"by": side.secretariat, "now": NOW}
    assert "its last digit" in refused(
        actions.change_imprint, side.cycle, isbn="978-3-16-148410-1", licence="X", **who
    )
    assert "expected 13 digits" in refused(actions.change_imprint, side.cycle, isbn="12", **who)
    assert "10.1234/words" in refused(actions.change_imprint, side.cycle, doi="abc", **who)
    assert "choose one of: apa" in refused(actions.change_imprint, side.cycle, style="none-such", **who)
    assert not Imprint.objects.filter(licence="X").exists()


def test_nobody_is_named_who_has_not_agreed_and_no_address_is_printed(side):
    said = str(matter_of(side.cycle, NOW))
    assert side.lead.person.name not in said
    Person.objects.filter(pk=side.lead.person.pk).update(named_at=NOW, affiliation="Institute")
    said = str(matter_of(side.cycle, NOW))
    assert side.lead.person.name in said
    assert side.writer.person.name not in said
    assert "@" not in said


def test_one_agrees_and_takes_it_back_in_the_settings(side, client):
    client.force_login(side.lead)
    form = {"name": side.lead.name, "language": "en", "zone": "UTC"}
    client.post("/settings/", {**form, "named": "on"})
    assert Person.objects.get(user=side.lead).named_at is not None
    client.post("/settings/", form)
    assert Person.objects.get(user=side.lead).named_at is None


def define(side, **more):
    given_ = {"kind": "term", "term": "Agent", "definition": "A system that acts.", **more}
    return actions.define(side.cycle, **given_, by=side.writer, now=NOW)


def test_a_term_stands_in_the_report_once_it_is_approved(side):
    made = define(side)
    texts = {"1": "<p>Two agents.</p>", "2": "<p>Reagents.</p>"}
    assert matter_of(side.cycle, NOW, texts)["matter"]["glossary"] == []
    actions.approve_term(made, by=side.secretariat, now=NOW)
    assert matter_of(side.cycle, NOW, texts)["matter"]["glossary"] == [
        {"term": "Agent", "definition": "A system that acts.", "chapters": "1"}
    ]
    define(side, definition="Another.")
    assert matter_of(side.cycle, NOW, texts)["matter"]["glossary"] == []


def test_a_writer_approves_no_term_and_removes_no_approved_one(side):
    made = define(side)
    with pytest.raises(PermissionDenied):
        actions.approve_term(made, by=side.other_writer, now=NOW)
    actions.approve_term(made, by=side.secretariat, now=NOW)
    with pytest.raises(PermissionDenied):
        actions.remove_term(Term.objects.get(pk=made.pk), by=side.other_writer, now=NOW)
    assert Term.objects.filter(pk=made.pk).exists()


def test_a_file_of_terms_is_entered_whole(side):
    data = b"kind,term,definition\nterm,Agent,A system that acts.\nacronym,AI,artificial intelligence\n"
    who = {"by": side.writer, "now": NOW}
    assert actions.import_terms(side.cycle, data, "t.csv", **who) == {"entered": 2, "unchanged": 0}
    assert actions.import_terms(side.cycle, data, "t.csv", **who) == {"entered": 0, "unchanged": 2}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"kind,term,definition\nterm,Agent,ok\nnoun,X,y\n", "t.csv, row 3: expected kind"),
        (b"kind,term,definition\nterm,,y\n", "row 2"),
        (b"word,meaning\nA,b\n", "row 1: expected the columns kind, term, definition"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
        (b'kind,term,definition\nterm,"open,x\n', "no table in CSV"),
        (b"", "row 1: expected the columns"),
    ],
)
def test_a_bad_file_of_terms_enters_nothing_and_names_the_row(side, data, said):
    assert said in refused(actions.import_terms, side.cycle, data, "t.csv", by=side.writer, now=NOW)
    assert Term.objects.count() == 0


def test_the_pages_show_it_and_take_it(side, client):
    client.force_login(side.secretariat)
    page = client.post("/c/adv-test/imprint/", {"isbn": "978-3-16-148410-1"})
    assert "its last digit does not agree" in page.content.decode()
    assert client.post("/c/adv-test/imprint/", {"isbn": "978-3-16-148410-0"}).status_code == 302
    assert "978-3-16-148410-0" in client.get("/c/adv-test/imprint/").content.decode()
    made = define(side)
    assert client.post("/c/adv-test/terms/", {"approve": made.pk}).status_code in (302, 403)
    client.force_login(side.reviewer)
    assert client.get("/c/adv-test/imprint/").status_code == 404
    assert client.get("/c/adv-test/terms/").status_code == 404


def test_a_reviewer_defines_and_imports_no_term(side):
    with pytest.raises(PermissionDenied):
        actions.define(side.cycle, kind="term", term="Agent", definition="x", by=side.reviewer, now=NOW)
    with pytest.raises(PermissionDenied):
        actions.import_terms(
            side.cycle, b"kind,term,definition\nterm,A,b\n", "t.csv", by=side.reviewer, now=NOW
        )
    assert not Term.objects.exists()


def test_a_term_is_approved_once(side):
    made = actions.define(side.cycle, kind="term", term="Agent", definition="x", by=side.writer, now=NOW)
    actions.approve_term(made, by=side.secretariat, now=NOW)
    assert "approved already" in refused(actions.approve_term, made, by=side.secretariat, now=NOW)


def test_a_file_of_terms_beyond_its_limits_enters_nothing(side, monkeypatch):
    head, ordinary = b"kind,term,definition\n", b"term,Agent,Something that acts.\n"

    def said(data: bytes) -> str:
        return refused(actions.import_terms, side.cycle, data, "t.csv", by=side.writer, now=NOW)

    assert "larger than 2 MB" in said(head + ordinary + b" " * actions.MAX_FILE)
    assert "row 3" in said(head + ordinary + b"term,B," + b"x" * 3_001 + b"\n")
    assert "row 3" in said(head + ordinary + b"term," + b"B" * 121 + b",x\n")
    monkeypatch.setattr(actions, "MAX_TERMS", 1)
    assert "more than" in said(head + ordinary * 2)
    assert not Term.objects.exists()
