"""No request, however odd, is a fault; and every answer is one that the schema tells of.

A few requests to each address here. ``CONCORD_FUZZ=200`` makes that many, other ones each time.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest
from schemathesis.core.failures import FailureGroup

from tests.portal.api.caller import token_of
from tests.portal.api.fuzzing import one_connection, operations, try_out
from tests.world_samples import sample_kwargs

LONG = int(os.environ.get("CONCORD_FUZZ") or 0)
ROLES = {"anonymous": None, "secretariat": "secretariat", "author": "la", "reviewer": "reviewer"}


@pytest.mark.slow
@pytest.mark.databases
@pytest.mark.parametrize("role", ROLES)
def test_no_request_is_a_fault(world, role):
    samples = sample_kwargs(world)
    real = {
        "cycle": "un-test", "number": "1", "n": 1, "label": "FOD", "round": "fod-experts", "act": "edition-publish",
        "comment": samples["comment"][0]["pk"], "session": 1, "appointment": world.un.la.person.appointments.get().pk,
        "disclosure": 1, "trickle_back": 1, "key": "picture", "token": "guess", "name": "chapter-1.pdf",
        "pk": samples["job"][0]["pk"], "report": samples["editor_report_file"][0]["report"],
        "seq": samples["round_receipt"][0]["seq"], "webhook": samples["webhook"][0]["webhook"],
    }  # fmt: skip
    user = ROLES[role] and world.un.people[ROLES[role]]
    token = token_of(user, "write") if user else ""
    seen, wrong = Counter(), []
    with one_connection():
        found = operations()
        for operation in found:
            here = {**real, "key": "cycle/un-test"} if "/streams/" in operation.path else real
            try:
                seen += try_out(operation, here, token, examples=LONG or 2, fixed=not LONG)
            except FailureGroup as error:  # all of them are wanted, not the first alone
                wrong.append(f"{operation.label}\n{error}")
    print(f"{role}: {len(found)} operations, {seen.total()} requests, {dict(sorted(seen.items()))}")
    assert not wrong, "\n\n".join(wrong)
    assert len(found) > 120
    assert seen[200] > (20 if user else 0)
