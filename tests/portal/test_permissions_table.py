"""docs/permissions.md is what the permissions answer, for every role of every procedure in every stage."""

import os

import pytest

from tests.permissions_table import acts_of, addresses, document, door_of, granted, squeezed
from tests.support import ROOT

PAGE = ROOT / "docs" / "permissions.md"


@pytest.mark.django_db
def test_the_page_is_what_the_permissions_answer():
    made = squeezed(document())
    if os.environ.get("CONCORD_WRITE"):
        PAGE.write_text(made, encoding="utf-8")
    wanted, found = made.splitlines(), PAGE.read_text(encoding="utf-8").splitlines()
    differing = [f"- {old}\n+ {new}" for old, new in zip(found, wanted, strict=False) if old != new]
    assert found == wanted, (
        "docs/permissions.md is not what the code does. Read what changed; if it is meant, make the page anew as "
        "its first lines say.\n" + "\n".join(differing[:10])
    )


def test_every_permission_that_an_address_asks_is_granted_somewhere():
    asked = {door_of(entry).see for _path, entry in addresses()}
    asked |= {need for _path, entry in addresses() for needs in acts_of(entry).values() for need in needs}
    assert asked - set(granted) - {"public", "account"} == set()
