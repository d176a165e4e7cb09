"""What notes and levels say, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from assessments.findings.models import Note
from assessments.findings.scale import Scale

# Code → (rule, name, sentence, what may be done).
NOTES = {
    "casual-term": (
        "11.10",
        _("Term used casually"),
        _("“%(term)s” is a term of the scale and stands here in plain type."),
        _("Write another word, or calibrate it in italics."),
    ),
    "term-in-plain-type": (
        "11.10",
        _("Term in plain type"),
        _("“%(term)s” is a term of the scale and stands here in plain type."),
        _("Set it in italics, or say it in other words."),
    ),
    "confidence-without-finding": (
        "11.10",
        _("Confidence without finding"),
        _("“%(term)s” stands here without a statement that it speaks of."),
        _("Attach it to a statement."),
    ),
    "likelihood-without-numbers": (
        "11.10",
        _("Likelihood without numbers"),
        _("“%(term)s” stands here without any quantified evidence beside it."),
        _("Give the numbers it rests on, or use confidence alone."),
    ),
    "no-sight": (
        "4.7",
        _("No line of sight"),
        _("The statement does not say where its evidence stands."),
        _("Add {section}, or cite its sources."),
    ),
    "sight-leads-nowhere": (
        "4.7",
        _("Line of sight leads nowhere"),
        _("The chapters have no %(sight)s."),
        _("Correct the pointer."),
    ),
    "not-in-chapters": (
        "4.7",
        _("Not in the chapters"),
        _("Nothing like this statement stands in %(sight)s."),
        _("Point to where it stands, or take it out."),
    ),
    "number-differs": (
        "11.10",
        _("Number differs"),
        _("The place pointed to does not give %(numbers)s. Nearest there: “%(there)s”"),
        _("Correct one of the two, or say why they differ."),
    ),
    "level-differs": (
        "11.10",
        _("Level differs"),
        _("Here “%(here)s”, in the chapter “%(chapter)s”: “%(there)s”"),
        _("Correct one of the two, or say why they differ."),
    ),
    "sole-support": (
        "11.3",
        _("Report on oneself alone"),
        _("The only support is a report of a company on itself: %(keys)s."),
        _("Add a source that is independent of it."),
    ),
    "prescriptive": (
        "11.11",
        _("Prescribes policy"),
        _("“%(word)s” tells somebody what to do."),
        _("Say what follows from which choice, and leave the choice."),
    ),
}
LEVELS = {
    "limited": _("limited"),
    "medium": _("medium"),
    "robust": _("robust"),
    "low": _("low"),
    "high": _("high"),
    "little": _("little"),
    "much": _("much"),
}


def rule_of(note: Note) -> str:
    return NOTES[note.code][0]


def name_of(note: Note) -> str:
    """The kind of note, in a word or two."""
    return str(NOTES[note.code][1])


def sentence_of(note: Note) -> str:
    """What the guard noted."""
    return str(NOTES[note.code][2]) % note.said


def remedy_of(note: Note) -> str:
    return str(NOTES[note.code][3])


def level_words(scale: Scale, levels, language: str) -> list[dict]:
    """Each level of a finding as its text's language says it, with the range of a likelihood."""
    found = []
    for part, key in levels:
        term = scale.term(part, key)
        if term:
            span = "{}–{} %".format(*term.span) if term.span else ""
            found.append({"part": part, "word": term.word(language), "range": span})
    return found
