"""Where upper floors register with lower ones: gates' conditions, stream kinds and verbs, notices.

Lower floors never ask upper ones. Each app registers in ``AppConfig.ready``; a name that is used but has nothing
registered fails a system check (records/checks.py) and, at run time, raises LookupError rather than pass in silence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from records.obstacles import Obstacle


@dataclass(frozen=True)
class StreamKind:
    """How one kind of stream is shown and kept.

    ``visible(user, stream)`` gives the visibilities of entries that this person may read, or None when the stream
    itself is hidden from them; ``among(user)`` gives the same for a list, as a Q of the streams of this kind that
    are not hidden; ``readable(user)`` a Q of the entries in them that this person may look into; ``keeps(user,
    stream)`` says whether they are an officer of the stream (procedure 1.9); ``group(key)`` names the streams that
    are seen alike, for the search.
    """

    visible: Callable
    among: Callable
    keeps: Callable
    group: Callable
    readable: Callable


@dataclass(frozen=True)
class Notice:
    """Who hears of a verb, and in which words: ``recipients(entry, content)`` gives users.

    ``context(entry, content)`` gives what the template says; its ``href`` is where the notice leads to.
    """

    recipients: Callable
    template: str
    context: Callable


_conditions: dict[str, list[Callable]] = defaultdict(list)
_kinds: dict[str, StreamKind] = {}
_verbs: dict[str, object] = {}
_translated: dict[str, tuple[str, ...]] = {}
_worded: dict[str, dict[str, Callable]] = {}
_counted: dict[str, dict] = {}
_notices: dict[str, list[Notice]] = defaultdict(list)
_hooks: dict[str, object] = {}


class gates:
    """Conditions of gates: the procedure names them, the floors answer for them."""

    @staticmethod
    def register(condition: str, obstacles: Callable) -> None:
        """Let ``obstacles(cycle, rule) -> list[Obstacle]`` answer for a condition; several may answer for one."""
        if obstacles not in _conditions[condition]:
            _conditions[condition].append(obstacles)

    @staticmethod
    def names() -> set[str]:
        return {name for name, fns in _conditions.items() if fns}

    @staticmethod
    def obstacles(condition: str, cycle, rule: dict) -> list[Obstacle]:
        """Everything that stands in the way of a condition; LookupError when nobody answers for it."""
        if not _conditions.get(condition):
            raise LookupError(f"no condition {condition!r} is registered")
        return [o for fn in _conditions[condition] for o in fn(cycle, rule)]


class streams:
    """Kinds of streams and the sentences of their verbs."""

    @staticmethod
    def register(
        kind: str, visible: Callable, among: Callable, keeps: Callable, group: Callable, readable: Callable
    ) -> None:
        _kinds[kind] = StreamKind(visible, among, keeps, group, readable)

    @staticmethod
    def kind(name: str) -> StreamKind:
        return _kinds[name]

    @staticmethod
    def kinds() -> set[str]:
        return set(_kinds)

    @staticmethod
    def verbs(**sentences) -> None:
        """Register sentences: ``verbs(round__opened=_("…%(round)s…"))``; two underscores stand for the dot."""
        _verbs.update({name.replace("__", "."): text for name, text in sentences.items()})

    @staticmethod
    def translated(**fields) -> None:
        """Name fields whose English text is shown in the reader's language: ``translated(cycle__advanced=["to"])``."""
        _translated.update({name.replace("__", "."): tuple(names) for name, names in fields.items()})

    @staticmethod
    def translated_fields(verb: str) -> tuple[str, ...]:
        return _translated.get(verb, ())

    @staticmethod
    def worded(**fields) -> None:
        """Say how values are written for readers: ``worded(verdict__given={"value": choice(Values)})``."""
        _worded.update({name.replace("__", "."): dict(how) for name, how in fields.items()})

    @staticmethod
    def worded_fields(verb: str) -> dict[str, Callable]:
        return _worded.get(verb, {})

    @staticmethod
    def counted(**fields) -> None:
        """Give numbers their words: ``counted(round__closed={"comments": ngettext_lazy(…, "n")})``.

        The words hold ``%(n)s``; the sentence then holds "1 comment" where its field stands.
        """
        _counted.update({name.replace("__", "."): dict(words) for name, words in fields.items()})

    @staticmethod
    def counted_fields(verb: str) -> dict:
        return _counted.get(verb, {})

    @staticmethod
    def sentence(verb: str):
        return _verbs[verb]

    @staticmethod
    def knows(verb: str) -> bool:
        return verb in _verbs

    @staticmethod
    def verb_names() -> list[str]:
        return sorted(_verbs)


class notices:
    """Which verbs are told to people."""

    @staticmethod
    def register(
        verb: str,
        recipients: Callable,
        template: str,
        context: Callable = lambda entry, content: {},
        *,
        title=None,
        mandatory=None,
        pace: str = "now",
    ) -> None:
        """Tell people of a verb by ``templates/notices/TEMPLATE.txt``.

        ``title`` is what the page of preferences calls it. ``mandatory``, where given, says why nobody can turn it
        off. ``pace`` holds for whoever has chosen nothing.
        """
        from records.notices import kinds

        notice = Notice(recipients, template, context)
        if all(n.template != template for n in _notices[verb]):
            _notices[verb].append(notice)
        if title is not None:
            kinds.register(verb, title, mandatory=mandatory, pace=pace)

    @staticmethod
    def of(verb: str) -> list[Notice]:
        return list(_notices.get(verb, ()))

    @staticmethod
    def verbs() -> set[str]:
        return {verb for verb, found in _notices.items() if found}


class webhooks:
    """Whose webhooks there are: a scope is what the second part of a stream's key names, such as a cycle."""

    @staticmethod
    def register(kinds: frozenset[str], keeps: Callable, stream: Callable) -> None:
        """``kinds`` of streams may be told of; ``keeps(user, scope)`` says who sets webhooks up, ``stream(scope)``
        where that is recorded."""
        _hooks.update(kinds=kinds, keeps=keeps, stream=stream)

    @staticmethod
    def kinds() -> frozenset[str]:
        return _hooks["kinds"]

    @staticmethod
    def keeps(user, scope: str) -> bool:
        return _hooks["keeps"](user, scope)

    @staticmethod
    def stream(scope: str):
        return _hooks["stream"](scope)
