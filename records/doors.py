"""The door of every page: what a person may not see answers 404, what they may see but not do answers 403."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from records.obstacles import Obstacle, require

PUBLIC = "public"  # anybody
ACCOUNT = "account"  # anybody signed in


@dataclass(frozen=True)
class Door:
    """What a page asks: the generated table of permissions and its test are read from this."""

    load: Callable | None
    see: str
    post: str | tuple[str, ...] | None
    methods: tuple[str, ...]

    def visible(self, user, target) -> bool:
        if self.see == PUBLIC:
            return True
        if self.see == ACCOUNT:
            return user.is_authenticated
        return user.has_perm(self.see, target)


def door(see: str, *, load: Callable | None = None, post: str | None = None, methods=("GET", "POST")):
    """Guard a page.

    ``load(user, **kwargs)`` finds the object among what the user may see, or raises Http404; ``see`` is the
    permission to look, ``post`` the one to act (asked of every unsafe method; None: seeing is enough). The view is
    called as ``view(request, target, **kwargs)``, or without a target where nothing is loaded.
    """

    def guard(view):
        found = Door(load, see, post, tuple(methods))
        # The object goes in under the name the view gives it, also where the address has a part of that name.
        taken = list(inspect.signature(view).parameters)[1] if load else None

        @wraps(view)
        def guarded(request, **kwargs):
            if request.method not in found.methods and request.method not in ("HEAD", "OPTIONS"):
                return HttpResponseNotAllowed(found.methods)
            user = request.user
            try:
                target = load(user, **kwargs) if load else None
                visible = found.visible(user, target)
            except Http404:
                visible = False
            if not visible:
                if not user.is_authenticated and request.method == "GET" and see != PUBLIC:
                    return redirect_to_login(request.get_full_path())
                raise Http404
            if request.method not in ("GET", "HEAD", "OPTIONS") and post is not None:
                require(user, post, target)
            if load is None:
                return view(request, **kwargs)
            return view(request, target, **{name: value for name, value in kwargs.items() if name != taken})

        guarded.door = found
        return guarded

    return guard


def at_most(megabytes: int) -> Callable:
    """Refuse a larger request by its announced size, before a byte of its body is read.

    The check of the form's token would read the body; it is therefore made here, after the size.
    """

    def guard(view: Callable) -> Callable:
        checked = csrf_protect(view)

        @wraps(view)
        def sized(request, **kwargs):
            try:
                size = int(request.META.get("CONTENT_LENGTH") or 0)
            except ValueError:
                size = 0
            if size > megabytes * 1024 * 1024:
                too_large = Obstacle(
                    "too-large",
                    _("What you sent has %(size)s MB; at most %(most)s MB are taken here.")
                    % {"size": round(size / 1048576), "most": megabytes},
                    remedy=_("Make the file smaller, or divide it."),
                )
                return render(request, "refused.html", {"obstacles": [too_large]}, status=413)
            return checked(request, **kwargs)

        sized.most_megabytes = megabytes
        return csrf_exempt(sized)

    return guard
