"""Who: accounts, people, states, bodies, appointments, disclosures, invitations. Knows nothing of reports."""

from __future__ import annotations

import rules
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from panels.querysets import AppointmentQuerySet

SYSTEM_EMAIL = "system@concord.invalid"


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def system(self) -> User:
        """The named account as which scheduled work and commands act: the secretariat's standing, no more."""
        user, made = self.get_or_create(email=SYSTEM_EMAIL, defaults={"name": "Concord"})
        if made:
            user.set_unusable_password()
            user.save()
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """An account. Not a Person: a person may have no account (an imported reviewer, a nominee)."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    language = models.CharField(_("language"), max_length=8, default="en")
    zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_system(self) -> bool:
        return self.email == SYSTEM_EMAIL

    def has_perm(self, perm: str, obj=None) -> bool:
        """Ask the apps' permissions.py; no superuser passes a rule of the procedure."""
        if rules.perm_exists(perm):
            return self.is_active and rules.has_perm(perm, self, obj)
        return super().has_perm(perm, obj)


class State(models.Model):
    """A state with its UN short names in six languages; facts of panels/data/states.csv."""

    iso3 = models.CharField(max_length=3, unique=True)
    iso2 = models.CharField(max_length=2, unique=True)
    m49 = models.CharField(max_length=3, unique=True)
    name_en = models.CharField(max_length=100)
    name_fr = models.CharField(max_length=100)
    name_es = models.CharField(max_length=100)
    name_ru = models.CharField(max_length=100)
    name_ar = models.CharField(max_length=100)
    name_zh = models.CharField(max_length=100)
    regional_group = models.CharField(max_length=10, blank=True)
    status = models.CharField(max_length=10)
    development = models.CharField(max_length=12, blank=True)
    ldc = models.BooleanField(default=False)
    lldc = models.BooleanField(default=False)
    sids = models.BooleanField(default=False)

    class Meta:
        ordering = ["name_en"]

    def __str__(self) -> str:
        return getattr(self, f"name_{(get_language() or 'en')[:2]}", "") or self.name_en


class Person(models.Model):
    """Somebody who sits, writes, reviews or is nominated; ``user`` only where they have an account."""

    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail"), blank=True)
    user = models.OneToOneField(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="person")
    nationality = models.ForeignKey(State, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    affiliation = models.CharField(_("affiliation"), max_length=200, blank=True)
    expertise = models.JSONField(default=list, blank=True)
    named_at = models.DateTimeField(
        null=True, blank=True, help_text=_("when they agreed to be named in reports they contribute to")
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Body(models.Model):
    """A panel, bureau, team, delegation, committee, secretariat: roles hold in a body, for a period."""

    key = models.SlugField(max_length=120, unique=True)
    kind = models.CharField(max_length=30)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    state = models.ForeignKey(State, on_delete=models.PROTECT, null=True, blank=True, related_name="bodies")
    ceased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "bodies"

    def __str__(self) -> str:
        return str(self.state) if self.state_id else self.name


class Appointment(models.Model):
    """A person's role in a body for a term; ``ends`` is null while it runs (UTC)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=40)
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True, blank=True)
    voting = models.BooleanField(default=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["body", "role", "person"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "body", "role"],
                condition=Q(ends__isnull=True),
                name="one_running_appointment",
            ),
            models.CheckConstraint(
                name="appointment_ends_after_start", condition=Q(ends__isnull=True) | Q(ends__gt=F("starts"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.role}, {self.body}"


class Disclosure(models.Model):
    """A person's declaration of interests for a body, and what was decided on it (procedure 2.4, 2.5)."""

    class Status(models.TextChoices):
        FILED = "filed", _("filed, not decided")
        CLEARED = "cleared", _("cleared")
        TOLERATED = "tolerated", _("tolerated with recorded reasons")
        REFUSED = "refused", _("refused")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="disclosures")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="disclosures")
    text = models.TextField(_("interests"))
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.FILED)
    filed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reasons = models.TextField(blank=True)

    class Meta:
        ordering = ["-filed_at"]
        constraints = [
            models.CheckConstraint(
                name="decided_disclosure_has_decider",
                condition=Q(status="filed") | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="tolerance_has_reasons", condition=~Q(status="tolerated") | ~Q(reasons="")
            ),
        ]


class DisclosureRequest(models.Model):
    """Somebody is asked for their disclosure before they can take a role; it waits until they file one (2.4).

    ``role`` is the title of that role, as the procedure has it.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="disclosure_requests")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="disclosure_requests")
    role = models.CharField(max_length=150)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    disclosure = models.OneToOneField(
        Disclosure, on_delete=models.PROTECT, null=True, blank=True, related_name="request"
    )

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "body"], condition=Q(disclosure__isnull=True), name="one_waiting_request"
            )
        ]


class Invitation(models.Model):
    """A letter that lets somebody make an account; only the hash of its secret is kept.

    ``body``, ``report`` and ``role`` say to what they are invited, where it is more than the portal.
    """

    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=150)
    token_hash = models.CharField(max_length=64, unique=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="invitations")
    body = models.ForeignKey(
        Body, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    report = models.CharField(max_length=250, blank=True)
    role = models.CharField(max_length=150, blank=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)


# Hands on the models of the folder below, which know those above.
import panels.meetings.models  # noqa: E402, F401
