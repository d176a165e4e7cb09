"""Reading findings out of texts, and what guards note: no database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.findings import noticing, reading, scale
from assessments.findings.noticing import numbers, prescribes
from assessments.procedures.loader import SCALES, load_all
from tests.support import shared

CHAPTER = """# What agents can do

## What is measured

Tasks of half an hour succeed now in 80 per cent of attempts (*medium confidence*) [@kwa2025]. The
doubling time was roughly seven months.

## What is not

It is *likely* that longer tasks fail more often, by 20 per cent or more. {1.1}
"""


def read(markdown, number="1", language="en", key="ipcc"):
    document = reading.parse(markdown, number)
    return document, reading.read(document, scale.load(key), language)


def notes(markdown, *, summary=False, number="1", language="en", key="ipcc"):
    _document, found = read(markdown, number, language, key)
    noted = noticing.of_text(found, scale.load(key), language, summary=summary, neutral=True)
    return [one.code for one in noted]


def held(summary, chapter=CHAPTER):
    """The codes of the notes that a summary gets from being held against one chapter."""
    sections = reading.Sections()
    sections.add("1", *read(chapter))
    _document, found = read(summary, "SPM")
    return [one.code for one in noticing.against(found, sections, "en")]


def test_a_finding_is_a_sentence_with_a_marked_term_or_a_line_of_sight():
    _document, found = read(CHAPTER)
    findings = [one for one in found if one.is_finding]
    assert [(f.section, [t.key for t in f.marked], f.keys, f.sight) for f in findings] == [
        ("1.1", ["medium"], ["kwa2025"], []),
        ("1.2", ["likely"], [], ["1.1"]),
    ]
    assert findings[0].text.endswith("80 per cent of attempts (medium confidence).")


def test_a_legend_of_terms_in_a_table_or_a_heading_is_no_finding():
    _document, found = read(
        "# T\n\n## With *high confidence*\n\n| Term | Meaning |\n|---|---|\n| *likely* | 66–100 % |\n"
    )
    assert [one for one in found if one.is_finding] == []


@pytest.mark.parametrize(
    ("language", "text", "level"),
    [
        ("fr", "Les tâches d’une heure sont accomplies (*degré de confiance élevé*).", "high"),
        ("es", "Las tareas de una hora se completan (*nivel de confianza medio*).", "medium"),
        ("ru", "Задачи длиной в час выполняются успешно (*высокая степень достоверности*).", "high"),
        ("ar", "تنجز المهام التي تستغرق ساعة (*ثقة عالية*).", "high"),
        ("zh", "智能体现在能够完成一小时的任务（*高信度*）。", "high"),
    ],
)
def test_terms_are_known_in_the_six_languages(language, text, level):
    _document, found = read(f"# T\n\n{text}\n", language=language)
    assert [[term.key for term in one.marked] for one in found if one.is_finding] == [[level]]


def test_the_longest_term_counts_and_the_four_boxes_are_a_scale_of_their_own():
    _document, found = read("# T\n\nThat such tasks fail is *very likely* in this case.\n")
    assert [term.key for term in found[0].marked] == ["very-likely"]
    text = "# T\n\nSpecies spread faster (*established but incomplete*).\n"
    assert [term.key for term in read(text, key="ipbes")[1][0].marked] == ["established-but-incomplete"]
    assert read(text, key="none")[1][0].marked == []


def test_every_scale_that_a_procedure_names_loads_and_its_ranges_nest_in_a_hundred():
    assert {procedure.findings.scale for procedure in load_all().values()} <= set(SCALES)
    for key in SCALES:
        for term in scale.load(key).levels("likelihood"):
            assert 0 <= term.span[0] < term.span[1] <= 100


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Agents will likely do more of this work. [@a]", ["casual-term"]),
        ("We have high confidence in the size of this effect. [@a]", ["term-in-plain-type"]),
        ("That agents do more is *likely* to hold by 2030. [@a]", []),
        ("That agents do more is *likely* to hold. [@a]", ["likelihood-without-numbers"]),
        ("Agents do more each single year (*high confidence*).", ["no-sight"]),
        ("Agents do more each single year (*high confidence*). [@a]", []),
        ("(*high confidence*)", ["confidence-without-finding"]),
        ("The likelihood of such a failure is not known.", []),
        ("Small firms are more likely to fail; how likely is not known.", []),
    ],
)
def test_guards_note_what_a_reader_may_stumble_over(text, found):
    assert notes(f"# T\n\n{text}\n") == found


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("Tasks of half an hour succeed in 80 per cent of attempts (*medium confidence*). {1.1}", []),
        ("Tasks of half an hour succeed in 90 per cent of attempts (*medium confidence*). {1.1}", ["number-differs"]),
        ("Tasks of half an hour succeed in 80 per cent of attempts (*high confidence*). {1.1}", ["level-differs"]),
        ("The doubling time was roughly seven years, of 80 months (*medium confidence*). {1.1}", ["number-differs"]),
        ("Forests in the north store carbon for centuries (*medium confidence*). {1.1}", ["not-in-chapters"]),
        ("Tasks of half an hour succeed in 80 per cent of attempts. {7.3}", ["sight-leads-nowhere"]),
        ("Tasks of half an hour succeed in 80 per cent of attempts.", []),
    ],
)  # fmt: skip
def test_a_summary_is_held_against_the_places_that_it_points_to(statement, found):
    assert held(f"# S\n\n{statement}\n") == found


def test_numbers_are_told_with_their_units_and_in_either_way_of_writing():
    assert numbers("About 1,366 of 2.4-fold, 20 % and 35 percent in 7 months") == {
        "1366": "", "2.4": "", "20": "per cent", "35": "per cent", "7": "month",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text", "word"),
    [
        ("en", "Governments should require such tests.", "should"),
        ("en", "Policymakers will need to weigh both.", "need to"),
        ("en", "We recommend a register of incidents.", "We recommend"),
        ("en", "Attackers need to know the weights.", ""),
        ("en", "Whether governments should require such tests is disputed.", ""),
        ("en", "The paper argues that firms should share their tests.", ""),
        ("en", "One law says that “providers must keep records”.", ""),
        ("en", "It should be noted that the sample was small.", ""),
        ("en", "Should governments act?", ""),
        ("en", "For models of developers that must be reached through an interface, this is hard.", ""),
        ("fr", "Les gouvernements doivent agir.", "doivent"),
        ("es", "Los gobiernos deberían exigir pruebas.", "deberían"),
        ("ru", "Государства должны принять меры.", "должны"),
        ("ar", "ينبغي للحكومات أن تتحرك.", "ينبغي"),
        ("zh", "各国应当采取行动。", "应当"),
        ("zh", "是否应当采取行动尚无定论。", ""),
        ("de", "Die Staaten sollten handeln.", ""),
    ],
)  # fmt: skip
def test_what_prescribes_is_noted_and_what_asks_or_reports_is_not(language, text, word):
    assert prescribes(text, language) == word


def test_policy_is_watched_in_findings_and_in_the_summary_alone():
    assert notes("# T\n\nGovernments should act on this now.\n") == []
    assert notes("# T\n\nGovernments should act on this now.\n", summary=True) == ["prescriptive"]
    assert notes("# T\n\nGovernments should act on this now. {1.1}\n") == ["prescriptive"]


def test_a_report_of_a_hundred_thousand_words_gets_few_notes_on_policy():
    """Of 4,030 sentences of the report of 2025, read as if all were a summary; 24 of 26 are rightly noted."""
    total, noted = 0, 0
    for file in sorted(shared("international-ai-safety-report-2025/chapters").glob("*.md")):
        _document, found = read(file.read_text(), file.name[:2])
        total += len(found)
        noted += sum(1 for one in found if prescribes(one.text, "en"))
    assert total > 4000
    assert 0 < noted <= 28


@given(st.text(max_size=400))
def test_any_text_is_read_without_a_fault(text):
    document = reading.parse(text, "1")
    found = reading.read(document, scale.load("ipcc"), "en")
    list(noticing.of_text(found, scale.load("ipcc"), "en", summary=True, neutral=True))
    assert all(one.text == " ".join(one.text.split()) for one in found)
