"""What the search looks through, with its index on each database."""

from django.db import migrations, models

from records.search import tables


def put(apps, schema_editor):
    tables.create(schema_editor.connection)


def take(apps, schema_editor):
    tables.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0004_what_operators_need"),
    ]

    operations = [
        migrations.CreateModel(
            name="Unindexed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("keys", models.JSONField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Indexed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("key", models.CharField(max_length=120)),
                ("scope", models.CharField(blank=True, max_length=80)),
                ("language", models.CharField(blank=True, max_length=8)),
                ("title", models.CharField(blank=True, max_length=300)),
                ("weight", models.PositiveSmallIntegerField(default=0)),
                ("at", models.DateTimeField()),
                ("terms", models.TextField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "key"), name="indexed_once")],
            },
        ),
        migrations.RunPython(put, take),
    ]
