"""Procedures load, answer what the house asks them, and refuse faults by file, key and remedy."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError
from hashlib import sha256

import pytest

from assessments.procedures.loader import CONDITIONS, Condition, ProcedureError, keys, load, load_all, parse
from assessments.procedures.model import ACTS, PUBLICATIONS
from tests.support import ROOT

IPCC = load("ipcc")
INDEPENDENT = load("independent")
RULES = set(re.findall(r"^- \*\*(\d+\.\d+)\*\* ", (ROOT / "docs" / "procedure.md").read_text("utf-8"), re.M))


def test_all_procedures_load_under_the_name_of_their_file():
    assert [procedure.key for procedure in load_all().values()] == list(keys())


def test_the_stages_of_both_tracks_stand_in_their_order():
    assert [stage.key for stage in IPCC.stages] == [
        "scoping",
        "nominations",
        "drafting",
        "fod-review",
        "sod-review",
        "final-draft",
        "approval",
        "release",
        "final-edition",
        "published",
    ]
    assert [stage.key for stage in INDEPENDENT.stages] == [
        "planning",
        "scope-endorsement",
        "drafting",
        "external-review",
        "consolidated-review",
        "sign-off",
        "published",
    ]


@pytest.mark.parametrize("key", keys())
def test_every_procedure_answers_for_every_act(key):
    assert tuple(load(key).acts) == ACTS


@pytest.mark.parametrize("key", keys())
def test_every_rule_that_a_procedure_cites_stands_in_the_document(key):
    procedure = load(key)
    cited = {act.rule for act in procedure.acts.values()}
    cited |= {decision.rule for decision in procedure.decisions.values()}
    assert cited - RULES == set()


def test_the_invariants_point_to_rules_that_exist():
    text = (ROOT / "docs" / "procedure.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+) \| .+ \| ([\d., ]+) \|$", text, re.M)
    assert [int(number) for number, _ in rows] == list(range(1, 14))
    assert {rule for _, rules in rows for rule in rules.split(", ")} - RULES == set()


def test_a_pinned_text_gives_an_equal_procedure_again():
    again = parse(IPCC.to_text(), "un-2027")
    assert again == IPCC
    assert again.sha256 == sha256(IPCC.text.encode()).hexdigest()


def test_a_procedure_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        IPCC.stages[0].title = "Other"
    with pytest.raises(TypeError):
        IPCC.roles["la"] = IPCC.roles["cla"]


def test_only_delegations_object_and_only_the_session_lets_them():
    assert IPCC.may("line.object") == ("head-of-delegation", "delegate")
    assert IPCC.may("line.object", "approval") == ("head-of-delegation", "delegate")
    assert IPCC.may("line.object", "drafting") == ()
    assert INDEPENDENT.may("line.object") == ()


def test_what_is_unknown_is_an_error_and_not_a_refusal():
    with pytest.raises(LookupError, match="knows no act “line.veto”"):
        IPCC.may("line.veto")
    with pytest.raises(LookupError, match="knows no stage “planning”"):
        IPCC.acts_in("planning")
    with pytest.raises(LookupError, match="knows no review round “zod”"):
        IPCC.round("zod")


def test_the_next_stage_follows_and_the_last_has_none():
    assert IPCC.next_stage("approval") == IPCC.stage("release")
    assert IPCC.next_stage("published") is None


def test_the_authors_do_not_change_the_text_in_the_approval_session():
    assert "chapter.draft" not in {act.key for act in IPCC.acts_in("approval")}
    assert "chapter.draft" in {act.key for act in IPCC.acts_in("drafting")}


def test_an_appointment_gives_its_role_or_none():
    assert IPCC.role_for("team", "cla") == IPCC.roles["cla"]
    assert IPCC.role_for("bureau", "cla") is None


def test_the_release_of_the_summary_does_not_wait_for_trickle_backs_and_the_final_edition_does():
    trickle_backs = Condition("trickle-backs-closed")
    assert IPCC.publication["summary.release"].conditions == (
        Condition("summary-approved"),
        Condition("chapters-accepted"),
    )
    assert trickle_backs in IPCC.publication["edition.publish"].conditions
    assert tuple(IPCC.publication) == PUBLICATIONS[:3]


def test_rounds_that_owe_answers_are_those_the_final_edition_asks_for():
    owing = [rule.key for rule in IPCC.rounds if rule.answers_due_before == "edition.publish"]
    asked = [c.round for c in IPCC.publication["edition.publish"].conditions if c.key == "comments-answered"]
    assert owing == asked == ["fod-experts", "sod-experts", "sod-governments"]
    assert not IPCC.round("fgd-governments").individual_answers


def test_nothing_but_the_chairs_word_shuts_a_gate_of_the_independent_report():
    shut = {stage.key: stage.leave for stage in INDEPENDENT.stages if stage.leave}
    assert shut == {
        "sign-off": (Condition("chair-signed-off"), Condition("publication-done", act="edition.publish"))
    }
    assert INDEPENDENT.publication["edition.publish"].conditions == (Condition("chair-signed-off"),)
    assert INDEPENDENT.may("edition.publish") == INDEPENDENT.decisions["sign-off"].roles == ("chair",)


def test_no_adviser_may_edit_the_independent_report():
    outside = {role.key for role in INDEPENDENT.roles.values() if role.part in ("advisory", "delegation")}
    assert outside == {"senior-adviser", "panel-member", "government-contact"}
    assert outside & set(INDEPENDENT.may("chapter.draft")) == set()


def test_reviewers_see_comments_when_the_report_is_out_and_observers_see_plenary_before():
    assert IPCC.visible_to("public", "approval") == ("public",)
    assert IPCC.visible_to("public", "published") == ("public", "plenary", "review")
    assert IPCC.visible_to("observers", "approval") == ("public", "plenary")


FAULTS = {
    "an unknown role in an act": (
        'roles = ["head-of-delegation", "delegate"]\nstages = ["approval"]\nrule = "7.11"',
        'roles = ["ambassador"]\nstages = ["approval"]\nrule = "7.11"',
        "acts.line.object.roles",
        "choose from: secretariat, tsu,",
    ),
    "an unknown stage in an act": (
        'stages = ["final-draft", "approval"]\nrule = "7.8"',
        'stages = ["plenary"]\nrule = "7.8"',
        "acts.line.verdict.stages",
        "choose from: scoping, nominations,",
    ),
    "an unknown condition": (
        'leave = ["scope-approved"]',
        'leave = ["scope-agreed"]',
        "stages.scoping.leave[0]",
        "choose one of: all-chapters-have-text,",
    ),
    "a condition without its argument": (
        '{ key = "snapshot-ready", label = "FOD" }',
        '"snapshot-ready"',
        "stages.drafting.leave[1]",
        'write {key = "snapshot-ready", label = "…"}',
    ),
    "a stage that nothing leads to": (
        'key = "drafting"\ntitle',
        'key = "drafting"\nnext = "sod-review"\ntitle',
        "stages.fod-review",
        "name it as next of another stage",
    ),
    "a stage that nobody may leave": (
        'leave = ["scope-approved"]\nforward_by = ["secretariat", "tsu", "co-chair"]',
        'leave = ["scope-approved"]\nforward_by = []',
        "stages.nominations",
        "name a role in stages.scoping.forward_by",
    ),
    "a gate that asks for what comes later": (
        'leave = ["scope-approved"]',
        'leave = [{ key = "round-closed", round = "fod-experts" }]',
        "stages.scoping.leave",
        "move the condition to a later gate",
    ),
    "a stage that leads back": (
        'key = "approval"\ntitle',
        'key = "approval"\nnext = "drafting"\ntitle',
        "stages.approval.next",
        "name a stage that stands further down",
    ),
    "a role of a body that no cycle has": (
        'part = "observers"',
        'part = "gallery"',
        "roles.observer.part",
        "choose one of: secretariat, plenary,",
    ),
    "a role whose disclosure only those who owe one decide": (
        '["interests-member", "bureau-member"]',
        '["co-chair", "bureau-member"]',
        "roles.co-chair.discloses",
        "let a role that owes no disclosure here decide",
    ),
    "two roles for one appointment": (
        'role = "la"',
        'role = "cla"',
        "roles.la.role",
        "give it another role",
    ),
    "a key that stands twice": (
        'key = "ipcc"',
        'key = "ipcc"\nkey = "ipbes"',
        "(file)",
        "no key may stand twice",
    ),
    "a stage that stands twice": (
        'key = "nominations"',
        'key = "scoping"',
        "stages[1].key",
        "give each a key of its own",
    ),
    "a number written as a text": (
        "objection_window_s = 10",
        'objection_window_s = "10"',
        "summary.objection_window_s",
        "write a whole number",
    ),
    "a flag written as a number": (
        "ruling_allowed = true",
        "ruling_allowed = 1",
        "summary.ruling_allowed",
        "write true or false",
    ),
    "a misspelt key": (
        "author_verdict = true",
        "author_verdict = true\nauthors_verdict = true",
        "summary.authors_verdict",
        "use one of: author_verdict,",
    ),
    "an act that does not exist": (
        "[acts.line.object]",
        "[acts.line.veto]",
        "acts.line.veto",
        "choose one of: cycle.advance,",
    ),
    "an act that is not answered for": (
        '[acts.line.object]\nroles = ["head-of-delegation", "delegate"]\n'
        'stages = ["approval"]\nrule = "7.11"\n',
        "",
        "acts.line.object",
        "add [acts.line.object] with roles, stages and rule",
    ),
    "a rule that is no number": ('rule = "7.11"', 'rule = "seven"', "acts.line.object.rule", "as in 4.3"),
    "answers due where the gate does not ask for them": (
        '  { key = "comments-answered", round = "fod-experts" },\n'
        '  { key = "comments-answered", round = "sod-exp',
        '  { key = "comments-answered", round = "sod-exp',
        "rounds.fod-experts.answers_due_before",
        'or write "none"',
    ),
    "a gate that asks for a decision which nobody can take": (
        'satisfies = "scope-approved"',
        'satisfies = "none"',
        "stages.scoping.leave",
        'add a decision with satisfies = "scope-approved"',
    ),
    "a gate that asks for what nobody may do": (
        '[acts.editor_report.file]\nroles = ["review-editor"]\n'
        'stages = ["sod-review", "final-draft", "approval", "release", "final-edition"]',
        "[acts.editor_report.file]\nroles = []\nstages = []",
        "publication.edition.publish.conditions",
        "name roles and stages in acts.editor_report.file",
    ),
    "a role in a group that nobody forms": (
        'part = "plenary"\nrole = "contact-group-chair"',
        'part = "group"\nrole = "contact-group-chair"',
        "roles.contact-group-chair.part",
        "name roles and stages in acts.group.form",
    ),
    "a group in which nobody could sit": (
        "[acts.group.form]\nroles = []\nstages = []",
        '[acts.group.form]\nroles = ["chair"]\nstages = ["approval"]',
        "acts.group.form.roles",
        'add a role with part = "group"',
    ),
    "roles that nobody appoints": (
        '[acts.cycle.appoint]\nroles = ["secretariat", "co-chair", "bureau-member"]',
        '[acts.cycle.appoint]\nroles = ["co-chair", "bureau-member"]',
        "acts.cycle.appoint.roles",
        "name the role whose part is secretariat",
    ),
    "a cap of no seats": (
        'role = "head"\ndiscloses = false',
        'role = "head"\nseats = 0\ndiscloses = false',
        "roles.head-of-delegation.seats",
        "write a whole number from 1 on",
    ),
    "a decision that follows no publication": (
        'rule = "7.16"',
        'rule = "7.16"\nfollows = "edition.print"',
        "decisions.chapters-accepted.follows",
        "choose from: summary.release,",
    ),
    "a publication of a draft that does not exist": (
        "[publication.edition.publish]\n",
        '[publication.edition.publish]\nlabels = ["PRINT"]\n',
        "publication.edition.publish.labels",
        "choose from: ZOD,",
    ),
    "a lighter way that is none": (
        'unit = "line"',
        'unit = "line"\nlighter = "word"',
        "summary.lighter",
        "choose one of: paragraph",
    ),
    "a publication without a gate": (
        "[publication.summary.release]",
        "[publication.summary.printing]",
        "publication.summary.printing",
        "choose one of: summary.release,",
    ),
}


def broken(old: str, new: str) -> str:
    assert IPCC.text.count(old) >= 1, f"the file no longer holds {old!r}"
    return IPCC.text.replace(old, new, 1)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_file_is_refused_with_file_key_and_remedy(fault):
    old, new, key, remedy = FAULTS[fault]
    with pytest.raises(ProcedureError) as caught:
        parse(broken(old, new), "broken.toml")
    assert (caught.value.file, caught.value.key) == ("broken.toml", key)
    assert remedy in caught.value.remedy
    assert str(caught.value).startswith(f"broken.toml: {key}: ")


def sources() -> list[int]:
    return [match.start() for match in re.finditer(r"^source = .*$", IPCC.text, re.M)]


@pytest.mark.parametrize("place", sources())
def test_every_source_is_asked_for(place):
    end = IPCC.text.index("\n", place)
    with pytest.raises(ProcedureError) as caught:
        parse(IPCC.text[:place] + IPCC.text[end + 1 :], "broken.toml")
    assert caught.value.key.endswith("source")
    assert (caught.value.problem, caught.value.remedy) == ("is missing", "add source, a text")


def test_a_condition_that_the_caller_cannot_evaluate_is_refused():
    fewer = set(CONDITIONS) - {"editor-reports-in"}
    with pytest.raises(ProcedureError) as caught:
        parse(IPCC.text, "ipcc.toml", conditions=fewer)
    assert caught.value.key == "publication.edition.publish.conditions[6]"
    assert caught.value.problem == "names the unknown condition “editor-reports-in”"


def test_a_procedure_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(ProcedureError) as caught:
        load("stern")
    assert (caught.value.file, caught.value.key) == ("stern.toml", "stern")
    assert caught.value.remedy == f"choose one of: {', '.join(keys())}"


def test_the_labels_of_briefs_are_an_order_of_their_own():
    panel = load("un_panel")
    assert panel.series("FINAL") == ("DRAFT", "FINAL")
    assert panel.series("BRIEF-2") == panel.publication["brief.publish"].labels
    assert panel.label_from("FINAL").key == "review"
    assert panel.label_from("BRIEF-3").key == panel.stages[0].key
