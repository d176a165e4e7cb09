"""Triggers that refuse to change or remove what was recorded, on both databases."""

from django.db import migrations

from records import triggers


def put(apps, schema_editor):
    triggers.create(schema_editor.connection)


def take(apps, schema_editor):
    triggers.drop(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunPython(put, take)]
