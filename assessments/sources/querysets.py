from django.db import models
from django.db.models import Exists, OuterRef, Q


class SourceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Without those that their holders lent to named people only, unless the person is one of them (11.5)."""
        from assessments.sources.models import SourceTerms

        if getattr(user, "is_system", False):
            return self
        lent = SourceTerms.objects.filter(access=SourceTerms.Access.NAMED)
        if user.is_authenticated:
            lent = lent.exclude(by=user).exclude(readers=user)
        return self.exclude(pk__in=lent.values("source"))

    def saying(self, words: str):
        """Those whose entry holds each of the words, folded; one that was taken back is found by its key alone."""
        found = self
        for word in words.split():
            told = Q(said__contains=word) & Q(terms__withdrawn_at=None)
            found = found.filter(told | Q(key__icontains=word))
        return found

    def with_terms(self):
        """Each row with its terms, where it has any: what ``Flags`` reads of each."""
        return self.select_related("terms")

    def with_flags(self):
        """Each row with ``is_cited``, ``is_retracted`` and ``is_double``, told by the database in the same query."""
        from assessments.sources.models import Cited, DuplicateLink, Retraction

        here = {"cycle": OuterRef("cycle")}
        links = DuplicateLink.objects.filter(
            Q(source=OuterRef("pk")) | Q(first=OuterRef("pk")), dismissed_at=None
        )
        return self.with_terms().annotate(
            is_cited=Exists(Cited.objects.filter(chapter__cycle=OuterRef("cycle"), key=OuterRef("key"))),
            is_retracted=Exists(Retraction.objects.filter(**here, doi=OuterRef("doi")).exclude(doi="")),
            is_double=Exists(links),
        )

    def after(self, day):
        """Those that came out after the day for certain, and those of which the date does not tell (4.5)."""
        return self.filter(Q(issued_from__gt=day) | Q(issued_from__lte=day, issued_to__gt=day))

    def awaiting_vetting(self, rules):
        """Those of a kind that the procedure admits after vetting alone and that nobody has vetted yet."""
        return self.filter(kind__in=rules.vetted, vetted_at=None)
