"""What came after cycles had begun: acts that an older copy does not name, vetters, findings (decision 0019)."""

from __future__ import annotations

import pytest

from assessments.procedures.loader import ProcedureError, keys, load, parse
from assessments.procedures.model import LATER
from assessments.sources.kinds import KINDS


def test_a_copy_pinned_before_an_act_was_known_lets_those_do_it_who_do_the_older_one():
    text = load("ipcc").text
    for act in LATER:
        start = text.index(f"[acts.{act}]")
        text = text[:start] + text[text.index("\n\n", start) + 2 :]
    old = parse(text, "ipcc.toml (as pinned)")
    for act, other in LATER.items():
        assert (old.acts[act].roles, old.acts[act].stages) == (old.acts[other].roles, old.acts[other].stages)


@pytest.mark.parametrize("key", keys())
def test_every_procedure_that_comes_along_names_the_later_acts_and_two_vetters(key):
    procedure = load(key)
    assert all(f"[acts.{act}]" in procedure.text for act in LATER)
    assert procedure.sources.vetters == 2
    named = {*procedure.sources.admitted, *procedure.sources.vetted, *procedure.sources.refused}
    assert named <= KINDS.keys()


def test_a_copy_without_findings_has_no_scale_and_one_with_an_unknown_scale_is_refused():
    text = load("ipcc").text
    start = text.index("[findings]")
    without = text[:start] + text[text.index("\n\n", start) + 2 :]
    assert parse(without, "x.toml").findings.scale == "none"
    with pytest.raises(ProcedureError, match="five-stars"):
        parse(text.replace('scale = "ipcc"', 'scale = "five-stars"'), "x.toml")
