"""Pages about oneself: an invitation answered, one's disclosures, one's settings."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from panels import actions
from panels.disclosing import places_of
from panels.forms import AcceptForm, DisclosureForm, SettingsForm
from panels.models import Person
from records.doors import ACCOUNT, PUBLIC, door
from records.obstacles import Blocked


def find_invitation(user, token: str):
    """The invitation with this secret, used and expired ones too; a guess finds nothing."""
    found = actions.open_invitation(token)
    if found is None:
        raise Http404
    return found


@door(PUBLIC, load=find_invitation)
def invitation(request, found, token: str):
    now = timezone.now()
    ended = found.accepted_at is not None or found.expires_at <= now
    form = AcceptForm(request.POST or None, initial={"name": found.name, "language": "en"})
    if request.method == "POST" and form.is_valid():
        try:
            user = actions.accept_invitation(token, now=now, **form.cleaned_data)
        except Blocked as refused:
            form.add_error(None, str(refused))
        else:
            login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
            messages.success(request, _("Welcome. What waits for you stands below."))
            return redirect("home")
    context = {"invitation": found, "ended": ended, "form": form}
    return render(request, "panels/invitation.html", context, status=410 if ended else 200)


@door(ACCOUNT)
def disclosures(request):
    """One's own disclosures, for the bodies of the cycles one has or is offered a part in."""
    person, _made = Person.objects.get_or_create(
        user=request.user, defaults={"name": request.user.name, "email": request.user.email}
    )
    places = places_of(person)
    names = {body.pk: name for body, name in places}
    asked = list(person.disclosure_requests.filter(disclosure=None).select_related("asked_by"))
    form = DisclosureForm(
        request.POST or None, places=places, initial={"body": asked[0].body_id if asked else None}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.file_disclosure(person, data["body"], data["text"], by=request.user, now=timezone.now())
        except Blocked as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Filed. You hear of the decision by mail and here."))
            return redirect("disclosures")
    return render(
        request,
        "panels/disclosures.html",
        {
            "form": form if places else None,
            "asked": [(request, names.get(request.body_id, "")) for request in asked],
            "disclosures": [
                (disclosure, names.get(disclosure.body_id, disclosure.body))
                for disclosure in person.disclosures.select_related("body__state")
            ],
        },
    )


@door(ACCOUNT)
def own_settings(request):
    form = SettingsForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        response = redirect("settings")
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"], samesite="Lax")
        return response
    return render(request, "panels/settings.html", {"form": form})
