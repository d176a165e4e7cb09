"""A migration runs while processes of the version before still serve: it may not take away what they use.

Dropping and renaming, NOT NULL without a default in the database, a stricter column, a new constraint and code
of its own are refused, unless the migration's module says ``OLD_CODE_SURVIVES = "why"``. The recipe is in
docs/contributing.md. Tables that the same migration makes are free: the version before knows nothing of them.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.special import RunPython, RunSQL, SeparateDatabaseAndState
from django.db.migrations.state import ProjectState
from django.db.models.fields import NOT_PROVIDED

from records.models import Job
from tests.support import ROOT

# The last migration of each app before anything was in use; up to it nobody's old code is running.
FIRST_RELEASE = {
    "records": "0006_webhooks",
    "panels": "0003_disclosures_are_asked_for",
    "portal": "0001_tokens_and_answers",
    "assessments": "0005_sources_are_vetted",
    "reviews": "0003_sessions_have_an_opening",
}
REASON = "OLD_CODE_SURVIVES"


def dangers(operations, before: ProjectState, app: str = "records") -> list[str]:
    """What the version before would stumble over, a sentence for each operation."""
    state, found, made = before.clone(), [], set()
    for operation in operations:
        if isinstance(operation, migrations.CreateModel):
            made.add(operation.name_lower)
        else:
            table = getattr(operation, "model_name", getattr(operation, "name", "")) or ""
            # What the state is before, for fields that change.
            danger = None if table.lower() in made else _danger(operation, state, app)
            if danger:
                found.append(f"{operation.describe()}: {danger}")
        operation.state_forwards(app, state)
    return found


def _danger(operation, state: ProjectState, app: str) -> str | None:
    gone = (migrations.DeleteModel, migrations.RemoveField)
    renamed = (migrations.RenameModel, migrations.RenameField, migrations.AlterModelTable)
    if isinstance(operation, gone):
        return "old code still reads it"
    if isinstance(operation, renamed):
        return "old code knows the old name"
    if isinstance(operation, migrations.AddField):
        return _added(operation.field)
    if isinstance(operation, migrations.AlterField):
        return _altered(state.models[app, operation.model_name_lower].fields[operation.name], operation.field)
    if isinstance(operation, migrations.AddConstraint):
        return "old code may still write what it refuses"
    if isinstance(operation, migrations.AlterUniqueTogether):
        return "old code may still write what it refuses"
    if isinstance(operation, RunPython | RunSQL | SeparateDatabaseAndState):
        return "what it does cannot be seen from outside"
    return None


def _added(field) -> str | None:
    if field.many_to_many or field.null or field.db_default is not NOT_PROVIDED:
        return (
            "old code writes rows without it" if getattr(field, "unique", False) and not field.null else None
        )
    return "NOT NULL without db_default: old code writes rows without it"


def _altered(old, new) -> str | None:
    if old.null and not new.null:
        return "old code may still write NULL"
    if new.unique and not old.unique:
        return "old code may still write what it refuses"
    if old.db_default is not NOT_PROVIDED and new.db_default is NOT_PROVIDED:
        return "old code may still leave it out"
    for setting in ("max_length", "max_digits", "decimal_places"):
        before, after = getattr(old, setting, None), getattr(new, setting, None)
        if after is not None and (before is None or after < before):
            return f"{setting} shrinks"
    if (old.get_internal_type(), old.db_column) != (new.get_internal_type(), new.db_column):
        return "the column becomes another"
    return None


def _new_migrations(loader: MigrationLoader):
    own = {a.label for a in apps.get_app_configs() if Path(a.path).parent == ROOT}
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if app in own and name > FIRST_RELEASE.get(app, ""):
            yield app, name, migration


def test_no_new_migration_takes_away_what_old_code_uses():
    loader = MigrationLoader(None, ignore_no_migrations=True)
    refused = []
    for app, name, migration in _new_migrations(loader):
        module = importlib.import_module(f"{loader.migrations_module(app)[0]}.{name}")
        if not getattr(module, REASON, "").strip():
            before = loader.project_state((app, name), at_end=False)
            refused += [f"{app}.{name}: {d}" for d in dangers(migration.operations, before, app)]
    assert refused == [], f"Say {REASON} = why, or take the steps of docs/contributing.md."


def test_the_first_release_is_named_by_migrations_that_exist():
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    assert [key for key in FIRST_RELEASE.items() if key not in known] == []


def _before() -> ProjectState:
    return MigrationLoader(None, ignore_no_migrations=True).project_state(
        ("records", FIRST_RELEASE["records"])
    )


def _sql(*_args):
    """Code of a migration."""


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("job", "text"),
        migrations.DeleteModel("LastTime"),
        migrations.RenameField("job", "text", "words"),
        migrations.RenameModel("Job", "Task"),
        migrations.AlterModelTable("job", "tasks"),
        migrations.AddField("job", "n", models.IntegerField(default=0)),
        migrations.AddField("job", "n", models.CharField(max_length=5, default="")),
        migrations.AddField("job", "n", models.IntegerField(db_default=0, unique=True)),
        migrations.AlterField("job", "lease_until", models.DateTimeField()),
        migrations.AlterField("job", "worker", models.CharField(max_length=40)),
        migrations.AlterField("job", "worker", models.CharField(max_length=80, unique=True)),
        migrations.AlterField("job", "error", models.CharField(max_length=80)),
        migrations.AlterField("job", "tries", models.TextField()),
        migrations.AlterField("job", "request_id", models.CharField(max_length=64, default="")),
        migrations.AddConstraint("job", models.CheckConstraint(condition=models.Q(tries__lt=9), name="few")),
        migrations.RunPython(_sql),
        migrations.RunSQL("SELECT 1"),
    ],
    ids=lambda operation: operation.describe(),
)
def test_what_old_code_would_stumble_over_is_refused(operation):
    assert len(dangers([operation], _before())) == 1


@pytest.mark.parametrize(
    "operations",
    [
        [migrations.AddField("job", "n", models.IntegerField(null=True))],
        [migrations.AddField("job", "n", models.CharField(max_length=5, default="", db_default=""))],
        [migrations.AlterField("job", "worker", models.CharField(max_length=90, blank=True))],
        [migrations.AlterField("job", "worker", models.CharField(max_length=80, help_text="Who."))],
        [migrations.AlterField("job", "progress", models.PositiveIntegerField(null=True))],
        [migrations.AddIndex("job", models.Index(fields=["kind"], name="by_kind"))],
        [migrations.RemoveConstraint("job", "running_job_has_lease")],
        [
            migrations.CreateModel("New", [("id", models.BigAutoField(primary_key=True))]),
            migrations.AddField("new", "n", models.IntegerField(default=0)),
            migrations.AddConstraint("new", models.UniqueConstraint(fields=["n"], name="one_n")),
        ],
    ],
    ids=lambda operations: operations[-1].describe(),
)
def test_what_old_code_survives_is_admitted(operations):
    assert dangers(operations, _before()) == []


@pytest.mark.django_db
@pytest.mark.databases
def test_a_row_written_by_code_that_does_not_know_a_column_is_taken():
    """The promise behind ``db_default``, on both databases: the INSERT of the version before."""
    known = [
        f
        for f in Job._meta.concrete_fields
        if f.column not in ("id", "request_id", "by_id", "result", "args")
    ]
    job = Job(kind="k", run_after="2026-01-01T00:00:00Z", created_at="2026-01-01T00:00:00Z")
    values = [f.get_db_prep_save(getattr(job, f.attname), connection) for f in known]
    columns = ", ".join(f.column for f in known)
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(known))
        cursor.execute(f"INSERT INTO records_job ({columns}, args) VALUES ({marks}, '{{}}')", values)
    assert Job.objects.get(kind="k").request_id == ""
