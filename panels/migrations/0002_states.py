"""The table of states is there from the first start."""

import csv
from pathlib import Path

from django.db import migrations

FILE = Path(__file__).resolve().parent.parent / "data" / "states.csv"


def load(apps, schema_editor):
    State = apps.get_model("panels", "State")
    names = {f.name for f in State._meta.get_fields()}
    with FILE.open(encoding="utf-8", newline="") as file:
        State.objects.bulk_create(
            State(
                **{
                    name: (value == "yes" if name in ("ldc", "lldc", "sids") else value)
                    for name, value in row.items()
                    if name in names
                }
            )
            for row in csv.DictReader(file)
        )


class Migration(migrations.Migration):
    dependencies = [("panels", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
