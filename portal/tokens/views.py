"""The page of one's own tokens, under the settings."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.tokens import actions
from portal.tokens.forms import TokenForm
from portal.tokens.models import Token
from portal.tokens.scopes import AREAS
from records.doors import ACCOUNT, door


@door(ACCOUNT)
def tokens(request):
    """One's tokens; a new one is shown on this very answer and never again, so nothing is redirected."""
    now = timezone.now()
    form = TokenForm(request.POST or None, user=request.user)
    made, secret = None, ""
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        made, secret = actions.make(request.user, name, **form.wish(now), by=request.user, now=now)
        form = TokenForm(user=request.user)
    working = actions.standing(request.user, now)
    ended = Token.objects.filter(user=request.user).exclude(pk__in=working.values("pk"))
    response = render(
        request,
        "portal/tokens.html",
        {
            "form": form,
            "made": made,
            "secret": secret,
            "rows": [{"token": t, "areas": [AREAS[a] for a in t.areas if a in AREAS]} for t in working],
            "ended": ended[:20],
        },
    )
    response["Cache-Control"] = "no-store"
    return response


def find_token(user, pk: int, **_kwargs) -> Token:
    """A token of one's own, or Http404."""
    found = Token.objects.filter(pk=pk, user_id=user.pk).first()
    if found is None:
        raise Http404
    return found


@door(ACCOUNT, load=find_token, methods=("POST",))
def token_revoke(request, token, **_kwargs):
    actions.revoke(token, by=request.user, now=timezone.now())
    messages.success(request, _("Revoked. Whatever uses this token gets no further answer."))
    return redirect("tokens")
