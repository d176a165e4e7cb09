"""What acts, conditions and parts of a procedure are called, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.procedures.model import Condition, Procedure
from assessments.procedures.titles import titled

ACT_WORDS = {
    "cycle.advance": gettext_lazy("Take the cycle through a gate"),
    "cycle.decide": gettext_lazy("Record a decision"),
    "cycle.appoint": gettext_lazy("Appoint people and end appointments"),
    "disclosure.decide": gettext_lazy("Decide on disclosures of interests"),
    "group.form": gettext_lazy("Form a group"),
    "group.dissolve": gettext_lazy("Dissolve a group"),
    "chapter.draft": gettext_lazy("Write chapters"),
    "chapter.manage": gettext_lazy("Add, name and order chapters"),
    "chapter.lead": gettext_lazy("Plan the sections of a chapter and invite people to one"),
    "meeting.call": gettext_lazy("Call meetings and keep their minutes"),
    "source.import": gettext_lazy("Import sources"),
    "source.vet": gettext_lazy("Vet sources"),
    "source.keep": gettext_lazy("Keep the register of sources"),
    "finding.write": gettext_lazy("Confirm findings and answer notes on them"),
    "asset.upload": gettext_lazy("Put up images"),
    "snapshot.freeze": gettext_lazy("Freeze a draft"),
    "round.open": gettext_lazy("Open a review round"),
    "round.extend": gettext_lazy("Extend a review round"),
    "round.close": gettext_lazy("Close a review round"),
    "comment.write": gettext_lazy("Comment"),
    "comment.import": gettext_lazy("Enter a sheet of comments for others"),
    "comment.export": gettext_lazy("Export comments"),
    "response.write": gettext_lazy("Answer comments"),
    "response.publish": gettext_lazy("Publish comments and answers"),
    "submission.file": gettext_lazy("File the submission of a State"),
    "session.create": gettext_lazy("Prepare a session"),
    "session.chair": gettext_lazy("Chair a session"),
    "session.screen": gettext_lazy("Run the plenary screen"),
    "line.verdict": gettext_lazy("Say whether words are consistent with the chapters"),
    "floor.ask": gettext_lazy("Ask for the floor"),
    "line.propose": gettext_lazy("Propose words"),
    "line.object": gettext_lazy("Object to a line"),
    "trickleback.open": gettext_lazy("List an edit that the summary asks of a chapter"),
    "trickleback.close": gettext_lazy("Close such an edit"),
    "editor_report.file": gettext_lazy("File a review editor's report"),
    "summary.release": gettext_lazy("Release the summary"),
    "chapters.post": gettext_lazy("Post the chapters"),
    "edition.publish": gettext_lazy("Publish the edition"),
    "brief.publish": gettext_lazy("Publish a brief"),
}
CONDITION_WORDS = {
    "scope-approved": gettext_lazy("The scope is approved"),
    "scope-endorsed": gettext_lazy("The questions are endorsed"),
    "nominations-selected": gettext_lazy("The authors are selected"),
    "teams-complete": gettext_lazy("Every chapter has its team"),
    "disclosures-cleared": gettext_lazy("No disclosure waits for a decision"),
    "all-chapters-have-text": gettext_lazy("Every chapter has a text"),
    "sources-vetted": gettext_lazy("No cited source awaits vetting"),
    "sources-sound": gettext_lazy("Nothing speaks against a cited source"),
    "findings-supported": gettext_lazy("Every finding has its confidence and its evidence"),
    "snapshot-ready": gettext_lazy("The draft %(argument)s is frozen"),
    "round-closed": gettext_lazy("The round “%(argument)s” is closed"),
    "comments-answered": gettext_lazy("Every comment of “%(argument)s” has an answer"),
    "summary-circulated": gettext_lazy("The summary is circulated to delegations"),
    "summary-approved": gettext_lazy("Every line of the summary is approved"),
    "chapters-accepted": gettext_lazy("The chapters are accepted"),
    "trickle-backs-closed": gettext_lazy("No trickle-back is open"),
    "editor-reports-in": gettext_lazy("The review editors' reports are in"),
    "chair-signed-off": gettext_lazy("The chair has signed off"),
    "publication-done": gettext_lazy("Published: %(argument)s"),
}


def condition_title(procedure: Procedure, condition: Condition) -> str:
    """What a condition of a gate asks for, in words."""
    argument = condition.label
    if condition.round:
        argument = titled(procedure.round(condition.round).title)
    elif condition.act:
        argument = titled(procedure.publication[condition.act].title)
    return str(CONDITION_WORDS[condition.key]) % {"argument": argument}


def roles_title(procedure: Procedure, keys) -> str:
    """The titles of these roles, in their order."""
    return _(", ").join(titled(procedure.roles[key].title) for key in keys)
