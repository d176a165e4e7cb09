"""The lists of the desk through the API: what the pages of portal/desk show."""

from __future__ import annotations

from django.utils import timezone
from rest_framework import serializers

from portal.api import shapes
from portal.api.problems import Obstacle
from portal.desk import chasing, search, work
from portal.desk.deadlines import deadlines
from portal.desk.glance import glances
from portal.desk.imports import attempts_of
from records.reading import readable_entries


class Glance(serializers.Serializer):
    """Where a cycle stands. ``act`` is the next act of publication, with what it still needs."""

    cycle = serializers.CharField(source="cycle.slug")
    stage = serializers.CharField(source="cycle.stage")
    since = serializers.DateTimeField()
    days = serializers.IntegerField()
    next_stage = serializers.CharField(source="following.key", default=None, allow_null=True)
    obstacles = Obstacle(many=True)
    act = serializers.CharField(source="act.key", default=None, allow_null=True)
    act_obstacles = Obstacle(many=True)


class Deadline(serializers.Serializer):
    """``means`` says what the date is the date of; null where nobody set one."""

    at = serializers.DateTimeField(allow_null=True)
    means = serializers.CharField()
    what = serializers.CharField()
    cycle = serializers.CharField(source="cycle.slug")
    overdue = serializers.BooleanField()
    href = serializers.CharField()


class Duty(serializers.Serializer):
    """What one person owes; ``person`` is null where nobody holds the seat that ``who`` names."""

    kind = serializers.CharField()
    cycle = serializers.CharField(source="cycle.slug")
    person = serializers.IntegerField(allow_null=True)
    who = serializers.CharField()
    what = serializers.CharField()
    n = serializers.IntegerField()
    due = serializers.DateTimeField(allow_null=True)
    href = serializers.CharField()


class Import(serializers.Serializer):
    """A file that somebody tried to bring in; ``reasons`` are the first of ``refused``."""

    id = serializers.IntegerField(source="pk")
    cycle = serializers.CharField(source="cycle.slug")
    kind = serializers.CharField()
    place = serializers.CharField()
    file = serializers.CharField()
    outcome = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField())
    refused = serializers.IntegerField()
    reasons = serializers.ListField(child=serializers.CharField())
    by = serializers.CharField()
    at = serializers.DateTimeField()


class DeskJob(shapes.Job):
    """A job with the cycle it is for."""

    class Meta(shapes.Job.Meta):
        fields = [*shapes.Job.Meta.fields, "scope", "tries", "run_after"]


class FoundEntry(shapes.Entry):
    """An entry with the stream in which it stands."""

    stream = serializers.CharField(source="entry.stream.key")


def at_a_glance(_user, desk, _said):
    return glances(desk, timezone.now()), None


def due(_user, desk, _said):
    return deadlines(desk, timezone.now()), None


def owed(_user, desk, said):
    return chasing.asked_for(desk, chasing.Asked.of(said), timezone.now()), None


def imports(_user, desk):
    return attempts_of(desk)


def jobs(_user, desk):
    return work.jobs_of(desk)


def record(user, _desk, said):
    found = search.search(readable_entries(user), search.Wanted.of(said))
    return found.rows, None if found.further is None else str(found.further)
