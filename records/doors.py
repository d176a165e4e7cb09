"""The door of every page: what a person may not see answers 404, what they may see but not do answers 403."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponseNotAllowed

from records.obstacles import require

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
