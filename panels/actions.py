"""Verbs about people: invite, accept, file and decide a disclosure."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

import records.append
from panels.disclosing import places_of
from panels.models import Body, Disclosure, Invitation, Person, State, User
from records.models import Reference
from records.notices.send import compose
from records.obstacles import refuse, require

INVITATION_DAYS = 14


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(
    *,
    name: str,
    email: str,
    by: User,
    now: datetime,
    nationality: State | None = None,
    affiliation: str = "",
    body: Body | None = None,
    report: str = "",
    role: str = "",
    authority: tuple = ("people.invite", None),
) -> Invitation:
    """Invite somebody by mail to make an account; the letter holds the only copy of the secret (procedure 2.1).

    The person is made, or found by address. ``body``, ``report`` and ``role`` (titles) say for what; the letter
    names them. ``authority``: the permission that is asked, and of what. Raises PermissionDenied; Blocked when the
    account exists already.
    """
    require(by, *authority)
    email = email.strip().lower()
    if User.objects.filter(email=email).exists():
        refuse("has-account", _("%(email)s has an account already.") % {"email": email}, rule="2.1")
    person = Person.objects.filter(email__iexact=email).first() or Person.objects.create(
        name=name, email=email, nationality=nationality, affiliation=affiliation
    )
    invitation = Invitation(
        email=email,
        name=name,
        person=person,
        invited_by=by,
        created_at=now,
        body=body,
        report=report,
        role=role,
    )
    _send(invitation, by=by, now=now)
    records.append.append(
        portal_stream(),
        "person.invited",
        {"name": name, "email": email},
        by=by,
        at=now,
        visibility="officers",
    )
    return invitation


@transaction.atomic
def resend_invitation(invitation: Invitation, *, by: User, now: datetime) -> Invitation:
    """Send the letter again with a new secret and a new term; the earlier link ends (procedure 2.1)."""
    require(by, "people.invite")
    invitation = _waiting(invitation)
    _send(invitation, by=by, now=now)
    records.append.append(
        portal_stream(),
        "invitation.resent",
        {"name": invitation.name, "email": invitation.email},
        by=by,
        at=now,
        visibility="officers",
    )
    return invitation


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: User, now: datetime) -> Invitation:
    """End an invitation that nobody has accepted; its link then leads to nothing (procedure 2.1)."""
    require(by, "people.invite")
    invitation = _waiting(invitation)
    invitation.withdrawn_at = now
    invitation.expires_at = min(invitation.expires_at, now)
    invitation.save(update_fields=["withdrawn_at", "expires_at"])
    records.append.append(
        portal_stream(),
        "invitation.withdrawn",
        {"name": invitation.name, "email": invitation.email},
        by=by,
        at=now,
        visibility="officers",
    )
    return invitation


def _waiting(invitation: Invitation) -> Invitation:
    found = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if found.accepted_at or found.withdrawn_at:
        refuse("answered", _("This invitation was accepted, or withdrawn, in the meantime."), rule="2.1")
    return found


def _send(invitation: Invitation, *, by: User, now: datetime) -> None:
    token = secrets.token_urlsafe(32)
    invitation.token_hash = _hash(token)
    invitation.expires_at = now + timedelta(days=INVITATION_DAYS)
    invitation.save()
    compose(
        f"invitation.{invitation.pk}.{invitation.token_hash[:12]}",
        invitation.email,
        by.language,
        "invitation",
        {
            "name": invitation.name,
            "by": by,
            "token": token,
            "expires_at": invitation.expires_at,
            "report": invitation.report,
            "role": invitation.role,
        },
        secret=True,
    )


def open_invitation(token: str) -> Invitation | None:
    """The invitation with this secret, whatever became of it; None where there is none."""
    return Invitation.objects.select_related("person").filter(token_hash=_hash(token)).first()


@transaction.atomic
def accept_invitation(token: str, *, password: str, name: str, language: str, now: datetime) -> User:
    """Make the account that an invitation promises (procedure 2.1); it works once and until it expires."""
    invitation = Invitation.objects.select_for_update().filter(token_hash=_hash(token)).first()
    if invitation is None:
        refuse("no-invitation", _("This invitation does not exist."), rule="2.1")
    if invitation.accepted_at:
        refuse("accepted", _("This invitation was used already; sign in instead."), rule="2.1")
    if invitation.expires_at <= now:
        refuse(
            "expired",
            _("This invitation expired on %(date)s (UTC).") % {"date": f"{invitation.expires_at:%d %B %Y}"},
            rule="2.1",
            remedy=_("Ask whoever invited you for a new one."),
        )
    if User.objects.filter(email=invitation.email).exists():
        refuse("has-account", _("This address has an account already; sign in instead."), rule="2.1")
    user = User.objects.create_user(invitation.email, password, name=name, language=language)
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    invitation.person.user = user
    invitation.person.name = name
    invitation.person.save(update_fields=["user", "name"])
    records.append.append(
        portal_stream(), "invitation.accepted", {"name": name}, by=user, at=now, visibility="officers"
    )
    return user


@transaction.atomic
def set_active(user: User, active: bool, *, by: User, now: datetime) -> User:
    """Close an account, or open it again: who is behind it can no longer sign in; what they did stays (2.1).

    Raises PermissionDenied; Blocked for one's own account and for the portal's.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    require(by, "accounts.manage")
    if user.pk == by.pk:
        refuse("own-account", _("Nobody closes their own account."), rule="2.1")
    if user.is_system:
        refuse("system-account", _("This is the portal's own account; nobody signs in with it."), rule="2.1")
    if user.is_active == active:
        return user
    user.is_active = active
    user.save(update_fields=["is_active"])
    records.append.append(
        portal_stream(),
        "account.opened" if active else "account.closed",
        {"name": user.name, "email": user.email},
        by=by,
        at=now,
        visibility="officers",
    )
    return user


@transaction.atomic
def file_disclosure(person: Person, body: Body, text: str, *, by: User, now: datetime) -> Disclosure:
    """File a person's own declaration of interests for a body (procedure 2.4)."""
    if person.user_id != by.pk:
        refuse("not-your-own", _("A disclosure is filed by the person it is about."), rule="2.4")
    if not text.strip():
        refuse("empty", _("Write your interests, or “none”."), rule="2.4")
    if body not in [place for place, _name in places_of(person)]:
        refuse(
            "not-concerned",
            _("You take no part there, and nobody asked you for a disclosure."),
            rule="2.4",
            remedy=_("The secretariat of the report can ask you for one."),
        )
    if Disclosure.objects.filter(person=person, body=body, status=Disclosure.Status.FILED).exists():
        refuse("filed", _("A disclosure of yours waits for a decision there already."), rule="2.4")
    disclosure = Disclosure.objects.create(person=person, body=body, text=text.strip(), filed_at=now)
    person.disclosure_requests.filter(body=body, disclosure=None).update(disclosure=disclosure)
    records.append.append(
        body_stream(body), "disclosure.filed", {"body": str(body)}, by=by, at=now, visibility="officers"
    )
    return disclosure


@transaction.atomic
def decide_disclosure(
    disclosure: Disclosure, status: str, reasons: str, *, by: User, now: datetime, authority, stream
) -> Disclosure:
    """Clear, tolerate with reasons, or refuse (procedure 2.5); nobody decides on their own.

    ``authority`` is what the permission is asked of, ``stream`` where the act is recorded.
    """
    disclosure = Disclosure.objects.select_for_update().get(pk=disclosure.pk)
    require(by, "disclosure.decide", authority)
    if disclosure.person.user_id == by.pk:
        refuse("own-case", _("Nobody decides on their own disclosure."), rule="2.5")
    if disclosure.status != Disclosure.Status.FILED:
        refuse("decided", _("This disclosure was decided already."), rule="2.5")
    if status not in (Disclosure.Status.CLEARED, Disclosure.Status.TOLERATED, Disclosure.Status.REFUSED):
        refuse("no-decision", _("Choose: cleared, tolerated or refused."), rule="2.5")
    if status != Disclosure.Status.CLEARED and not reasons.strip():
        refuse("no-reasons", _("Tolerance and refusal need recorded reasons."), rule="2.5")
    disclosure.status, disclosure.reasons = status, reasons.strip()
    disclosure.decided_by, disclosure.decided_at = by, now
    disclosure.save(update_fields=["status", "reasons", "decided_by", "decided_at"])
    records.append.append(
        stream,
        "disclosure.decided",
        {
            "person": disclosure.person.name,
            "person_ref": records.append.reference(stream, disclosure.person),
            "status": status,
            "reasons": disclosure.reasons,
        },
        by=by,
        at=now,
        visibility="officers",
    )
    return disclosure


def portal_stream():
    return records.append.stream("portal/people", "portal")


def body_stream(body: Body):
    return records.append.stream(f"body/{body.key}", "body")


def whom(entry, content: dict):
    """The account of the person whom an entry is about (``person_ref``), for its notice; none without one."""
    found = Reference.objects.filter(stream=entry.stream, ref=content.get("person_ref", "")).first()
    pk = found.subject.rpartition(":")[2] if found else 0
    return User.objects.filter(is_active=True, person=pk)
