"""In words: why a file of Word is not taken, and what of one could not be carried."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.drafting.word.model import Lost, WordError
from assessments.drafting.word.package import MAX_BYTES

REFUSED = {
    "too-large": gettext_lazy("The file has %(detail)s MB; at most %(most)s MB are taken."),
    "old-or-locked": gettext_lazy(
        "The file is of an old kind of Word (.doc), or locked with a password. Save it as .docx without one."
    ),
    "broken": gettext_lazy("The file is damaged, or no .docx: %(detail)s cannot be read."),
    "bomb": gettext_lazy("The file unpacks to more than a chapter can hold: %(detail)s."),
    "entities": gettext_lazy(
        "The file declares entities of its own (%(detail)s), which no text of Word needs."
    ),
    "no-word": gettext_lazy("The file holds no text of Word. Expected: .docx."),
    "macros": gettext_lazy("The file holds macros. Save it as .docx, without them."),
    "outside": gettext_lazy(
        "The file would fetch something from elsewhere: %(detail)s. Take that out first."
    ),
    "control-characters": gettext_lazy("The text holds control characters, which Word cannot hold."),
    "unmapped": gettext_lazy("The text holds something that Word cannot show: %(detail)s."),
}
LOST = {
    "picture": gettext_lazy("A picture; upload it among the images and insert it in the editor."),
    "picture-replaced": gettext_lazy("Another picture in place of one; upload it among the images."),
    "header": gettext_lazy("A header or footer."),
    "not-exact": gettext_lazy("An edit that cannot be written in the text exactly; look at the paragraph."),
    "style": gettext_lazy("Another style of a paragraph."),
    "list": gettext_lazy("A list made of a paragraph, or out of one."),
    "embedded": gettext_lazy("An embedded file."),
    "nested-table": gettext_lazy("A table within a table."),
    "merged-cells": gettext_lazy("Merged cells of a table."),
    "columns": gettext_lazy("Columns of a table that were added, moved or taken out."),
    "table-new": gettext_lazy("A new table; make it in the editor."),
    "comment": gettext_lazy("A comment whose passage is not in the text."),
    "equation": gettext_lazy("A formula that was changed; change it in the editor."),
    "setting": gettext_lazy("Letters set in a way that the text does not know."),
    "note-in-note": gettext_lazy("A footnote within a footnote."),
    "symbol": gettext_lazy("A sign of a font of signs."),
    "hidden": gettext_lazy("Hidden text."),
    "text-box": gettext_lazy("A text box."),
    "drawing": gettext_lazy("A drawing."),
    "object": gettext_lazy("An embedded object."),
    "citation-edited": gettext_lazy("Words typed into a citation; change the citation in the editor."),
    "citation": gettext_lazy("A citation that cannot be read."),
}


def refusal_in_words(error: WordError) -> str:
    said = {"detail": error.detail or _("the file"), "most": MAX_BYTES // 1024 // 1024}
    return str(REFUSED.get(error.code, REFUSED["broken"])) % said


def lost_in_words(lost: Lost) -> str:
    said = str(LOST.get(lost.code, lost.code))
    return _("%(what)s Beside: “%(where)s”") % {"what": said, "where": lost.where} if lost.where else said
