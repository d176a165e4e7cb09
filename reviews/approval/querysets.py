from django.db import models

from assessments.cycles.models import Cycle

DECIDED = ("approved", "deleted")


class SessionQuerySet(models.QuerySet):
    def with_summary(self):
        """Each with the frozen summary it decides on, without its text: a room reads its lines."""
        heavy = ("html", "blocks", "line_map", "remedies")
        found = self.select_related("frozen__chapter", "frozen__snapshot")
        return found.defer(*(f"frozen__{name}" for name in heavy))

    def with_tally(self):
        """Each with its lines: ``decided`` of ``total``."""
        decided = models.Q(lines__state__in=DECIDED)
        return self.annotate(total=models.Count("lines"), decided=models.Count("lines", filter=decided))

    def visible_to(self, user):
        """Sessions of the cycles in which a person may follow sessions; for others they do not exist."""
        followed = [c.pk for c in Cycle.objects.visible_to(user) if user.has_perm("session.follow", c)]
        return self.filter(cycle__in=followed)


class LineQuerySet(models.QuerySet):
    def open_now(self):
        """The line before the room; a constraint allows one in a session."""
        return self.filter(state__in=["open", "objections"])

    def decided(self):
        return self.filter(state__in=DECIDED)


class FloorQuerySet(models.QuerySet):
    def waiting(self):
        """Those who wait, points of order first, then in the order of asking (procedure 7.5)."""
        return self._in_order(self.filter(status="waiting"))

    @staticmethod
    def _in_order(requests):
        point = models.Case(
            models.When(kind="point-of-order", then=0), default=1, output_field=models.IntegerField()
        )
        return requests.annotate(rank=point).order_by("rank", "place")

    def standing(self):
        """Those who wait, in that order, and whoever speaks."""
        return self._in_order(self.filter(status__in=["waiting", "speaking"]))

    def speaking(self):
        return self.filter(status="speaking")
