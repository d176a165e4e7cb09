"""How a row of the table in urls.py becomes a view: who sees it, what it lists or shows, which act it posts.

Nothing here decides: the door says who sees, the action who may and what stands in the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import negotiation, parsers, serializers
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed, NotAuthenticated, Throttled
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api import conditions, describing, limits, repeating
from portal.api.lists import Asked, Found, Listing, Tail, refuse_unknown
from portal.tokens.using import ByToken, WithinToken
from records.doors import ACCOUNT, Door
from records.obstacles import require


@dataclass(frozen=True)
class One:
    """One object: ``of(user, target)``, the target itself without it."""

    gives: type[serializers.Serializer]
    of: Callable = lambda user, target: target


@dataclass(frozen=True)
class Raw:
    """A file: ``of(user, target, **flags)`` gives the response; ``flags`` are parameters that are true or false."""

    of: Callable
    type: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Act:
    """An act: ``run(target, data, by=, now=)`` calls the action with the input that ``takes`` has checked.

    ``needs`` is the permission (of several, any) asked of the target before the input is looked at, so that who
    may not is told that first; the action asks again. ``gives`` shows what ``run`` returned (None: 204).
    ``secret`` names the field that is shown once and therefore not kept for repetitions.
    """

    run: Callable
    gives: type[serializers.Serializer] | None
    takes: type[serializers.Serializer] | None = None
    needs: str | tuple[str, ...] | None = None
    status: int = 200
    file: bool = False
    secret: str = ""


class TooLarge(APIException):
    status_code = 413


class AlwaysJson(negotiation.BaseContentNegotiation):
    """There is one representation of everything; what the caller accepts does not change it."""

    def select_parser(self, request, parsers):
        return negotiation.DefaultContentNegotiation().select_parser(request, parsers)

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class Endpoint(APIView):
    """An address of the API. ``door`` says who sees what lies behind it; what is hidden answers 404."""

    authentication_classes = [ByToken, SessionAuthentication]
    permission_classes = [WithinToken]
    throttle_classes = [limits.Limit]
    content_negotiation_class = AlwaysJson
    parser_classes = [parsers.JSONParser]
    area: str
    door: Door
    reads: Listing | Tail | Asked | Found | One | Raw | None = None
    acts: Mapping[str, Act] = {}

    def initial(self, request, *args, **kwargs):
        files = any(act.file for act in self.acts.values())
        limit = settings.UPLOAD_LIMIT_BYTES if files else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if not announced.isdigit() or int(announced) > limit:
            raise TooLarge(_("The input may have at most %(limit)s bytes.") % {"limit": limit})
        if "\0" in request.path:  # no name holds one, and PostgreSQL does not even look
            raise Http404
        super().initial(request, *args, **kwargs)

    def perform_authentication(self, request):
        """Who asks; tokens that are none count against the address they come from."""
        try:
            request.user  # noqa: B018  DRF signs in when it is first asked
        except AuthenticationFailed:
            if limits.count(request) > settings.API_RATE_ANONYMOUS:
                raise Throttled(limits.Limit().wait()) from None
            raise

    def target(self, request):
        """What lies behind the door, among what this person may see; else Http404."""
        user = request.user
        if self.door.see == ACCOUNT and not user.is_authenticated:
            raise NotAuthenticated
        found = self.door.load(user, **self.kwargs) if self.door.load else None
        if not self.door.visible(user, found):
            raise Http404
        return found

    def read(self, request):
        target, reads = self.target(request), self.reads
        if isinstance(reads, Raw):
            refuse_unknown(request, reads.flags)
            flags = {name: request.query_params.get(name) in ("1", "true") for name in reads.flags}
            return reads.of(request.user, target, **flags)
        refuse_unknown(request, () if isinstance(reads, One) else (*reads.paging, *reads.filters))
        if isinstance(reads, One):
            return conditions.answer(request, self.shown(request, target))
        return conditions.answer(request, reads.page(request, target))

    def shown(self, request, target):
        """What GET shows of the one thing at this address."""
        shown = self.reads.of(request.user, target)
        return self.reads.gives(shown, context={"request": request}).data

    def act(self, request):
        act = self.acts[request.method]
        try:
            return repeating.once(request, lambda: self._carry_out(request, act), secret=act.secret)
        except PermissionDenied:
            if not request.user.is_authenticated:  # who has not said who they are is asked for that first
                raise NotAuthenticated from None
            raise

    def _carry_out(self, request, act: Act):
        refuse_unknown(request, ())
        replaces = request.method in ("PUT", "DELETE") and isinstance(self.reads, One)
        conditional = replaces and "If-Match" in request.headers
        with transaction.atomic() if conditional else nullcontext():
            target = self.target(request)
            if conditional:
                target = self._held(request, target)
            if act.needs is not None:
                require(request.user, act.needs, target)
            data = {}
            if act.takes is not None:
                given = act.takes(data=request.data, context={"request": request, "target": target})
                given.is_valid(raise_exception=True)
                data = given.validated_data
            made = act.run(target, data, by=request.user, now=timezone.now())
        if act.gives is None:
            return Response(status=204)
        return Response(act.gives(made, context={"request": request}).data, status=act.status)

    def _held(self, request, target):
        """The target, locked, if it is still what If-Match names: nothing comes between that look and the act."""
        if isinstance(target, models.Model):
            type(target)._base_manager.select_for_update().filter(pk=target.pk).first()
            target = self.target(request)
        conditions.require_match(request, self.shown(request, target))
        return target


def endpoint(
    name: str,
    area: str,
    text: str,
    see: str,
    *,
    load: Callable | None = None,
    get: Listing | Tail | Asked | Found | One | Raw | None = None,
    **acts: Act,
):
    """The view of one address: what GET reads, and the acts of ``post``, ``put`` and ``delete``.

    ``text`` says in the schema what it is; ``see`` and ``load`` are those of ``records.doors.door``.
    """
    by_method = {method.upper(): act for method, act in acts.items()}
    methods = (["GET"] if get is not None else []) + list(by_method)
    needs = next((act.needs for act in by_method.values() if act.needs), None)
    file = any(act.file for act in by_method.values())
    attributes = {
        "__doc__": text,
        "area": area,
        "door": Door(load, see, needs, tuple(methods)),
        "reads": get,
        "acts": by_method,
        "parser_classes": [parsers.MultiPartParser] if file else [parsers.JSONParser],
    }
    if get is not None:
        attributes["get"] = describing.reading(name, area, text, get)(_handler("read"))
    for method, act in by_method.items():
        conditional = isinstance(get, One) and method in ("PUT", "DELETE")
        described = describing.acting(name, area, text, method, act, conditional=conditional)
        attributes[method.lower()] = described(_handler("act"))
    made = type(name.title().replace("-", ""), (Endpoint,), attributes)
    return made.as_view()


def _handler(which: str) -> Callable:
    def handle(self, request, *args, **kwargs):
        return getattr(self, which)(request)

    return handle
