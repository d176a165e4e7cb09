"""Read procedures from TOML and refuse a faulty file with its name, the key and the remedy.

No Django here: the checks run in tests, on start and on a cycle's pinned copy alike. The shape of a
file is described in the appendix of docs/procedure.md.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from functools import cache
from pathlib import Path
from types import MappingProxyType

from assessments.procedures.checks import check
from assessments.procedures.model import (
    ACTS,
    AUDIENCES,
    CONDITIONS,
    DECISIONS,
    EVERY_STAGE,
    LATER,
    PARTS,
    PUBLICATIONS,
    READERS,
    VISIBILITIES,
    Act,
    Condition,
    Decision,
    FindingRule,
    Procedure,
    PublicationAct,
    Role,
    RoundRule,
    Sight,
    SourceRule,
    Stage,
    SummaryRule,
)
from assessments.procedures.reading import ProcedureError, Table

__all__ = [
    "Act",
    "CONDITIONS",
    "Condition",
    "Decision",
    "Procedure",
    "ProcedureError",
    "PublicationAct",
    "Role",
    "RoundRule",
    "Sight",
    "SourceRule",
    "Stage",
    "SummaryRule",
    "keys",
    "load",
    "load_all",
    "parse",
]

FOLDER = Path(__file__).resolve().parent
SCALES = tuple(sorted(path.stem for path in (FOLDER.parent / "findings" / "scales").glob("*.toml")))


def keys() -> tuple[str, ...]:
    """The keys of the procedures that come with Concord, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def load(key: str) -> Procedure:
    """The procedure of that key.

    Raises ProcedureError where no such file exists or where the file is faulty.
    """
    if key not in keys():
        raise ProcedureError(
            f"{key}.toml", key, "there is no such procedure", f"choose one of: {', '.join(keys())}"
        )
    path = FOLDER / f"{key}.toml"
    procedure = parse(path.read_text(encoding="utf-8"), path.name)
    if procedure.key != key:
        raise ProcedureError(
            path.name, "key", f"is “{procedure.key}”", f"write “{key}”, as the file is called"
        )
    return procedure


def load_all() -> dict[str, Procedure]:
    """All procedures that come with Concord, by key. Raises ProcedureError at the first faulty file."""
    return {key: load(key) for key in keys()}


def parse(text: str, name: str, conditions: Collection[str] = tuple(CONDITIONS)) -> Procedure:
    """Read one procedure from ``text``; ``name`` is the file (or the cycle) that errors name.

    ``conditions`` are the condition keys that the caller can evaluate: a gate that asks for another
    would be shut for ever, so it is refused. Raises ProcedureError.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        # A key that is written twice arrives here too: TOML itself forbids it and names the line.
        raise ProcedureError(
            name, "(file)", f"this is not TOML: {error}", "correct the place named; no key may stand twice"
        ) from error
    top = Table(name, "", data)
    known = frozenset(conditions)
    acts = _acts(top)
    procedure = Procedure(
        key=top.text("key"),
        title=top.text("title"),
        basis=top.choice("as", ("as_is", "as_proposed")),
        source=top.text("source"),
        labels=top.texts("labels"),
        roles=_by_key(_role(key, table) for key, table in top.tables("roles")),
        acts=acts,
        stages=_stages(top, known),
        rounds=tuple(_round(table) for table in top.list_of_tables("rounds")),
        audiences=_audiences(top),
        decisions=_by_key(_decision(key, table) for key, table in top.tables("decisions")),
        summary=_summary(top.table("summary")),
        sources=_sources(top.table("sources")),
        visibility=_visibility(top.table("visibility")),
        publication=_publication(top, acts, known),
        text=text,
        findings=_findings(top),
    )
    top.finish()
    check(procedure, name)
    return procedure


def _by_key(values) -> MappingProxyType:
    return MappingProxyType({value.key: value for value in values})


def _role(key: str, table: Table) -> Role:
    role = Role(
        key=key,
        title=table.text("title"),
        part=table.choice("part", PARTS, "nobody can hold a role of a body that no cycle has"),
        role=table.text("role"),
        discloses=table.flag("discloses"),
        voting=table.flag("voting"),
        source=table.text("source"),
        seats=table.number("seats", 1, 0),
        per_nationality=table.number("per_nationality", 1, 0),
        per_affiliation=table.number("per_affiliation", 1, 0),
        per_development=table.number("per_development", 1, 0),
    )
    table.finish()
    return role


def _acts(top: Table) -> MappingProxyType:
    """The acts in the order of ``ACTS``; each stands under its two words, ``[acts.line.object]``."""
    found: dict[str, Act] = {}
    for area, verbs in top.tables("acts"):
        for verb, table in verbs.every_table():
            key = f"{area}.{verb}"
            if key not in ACTS:
                table.refuse("", "there is no such act", f"choose one of: {', '.join(ACTS)}")
            found[key] = Act(key, table.texts("roles"), table.texts("stages"), table.rule("rule"))
            table.finish()
    for key in ACTS:
        other = found.get(LATER.get(key, ""))
        if key not in found and other:
            found[key] = Act(key, other.roles, other.stages, other.rule)
        if key not in found:
            top.refuse(
                f"acts.{key}",
                "is missing: every procedure answers for every act",
                f"add [acts.{key}] with roles, stages and rule; roles = [] and stages = [] mean nobody",
            )
    return MappingProxyType({key: found[key] for key in ACTS})


def _stages(top: Table, known: frozenset[str]) -> tuple[Stage, ...]:
    tables = top.list_of_tables("stages")
    names = [table.text("key") for table in tables]
    stages = []
    for place, table in enumerate(tables):
        following = names[place + 1] if place + 1 < len(names) else ""
        stages.append(
            Stage(
                key=names[place],
                title=table.text("title"),
                short=table.text("short"),
                leave=_conditions(table, "leave", known),
                advise=_conditions(table, "advise", known, required=False),
                forward_by=table.texts("forward_by"),
                next=table.text("next", following),
                source=table.text("source"),
            )
        )
        table.finish()
    return tuple(stages)


def _conditions(
    table: Table, key: str, known: frozenset[str], *, required: bool = True
) -> tuple[Condition, ...]:
    """Conditions written as a word, or as an inline table where the condition takes an argument."""
    found = []
    for place, item in table.items(key, required=required):
        where = f"{key}[{place}]"
        fields = {"key": item} if isinstance(item, str) else item
        if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
            table.refuse(where, "is neither a word nor a table of words", 'write "name" or {key = "name", …}')
        name = fields.get("key", "")
        if name not in known or name not in CONDITIONS:
            table.refuse(where, f"names the unknown condition “{name}”", f"choose one of: {_list(known)}")
        expected = {"key", CONDITIONS[name]} - {""}
        if set(fields) != expected:
            example = "".join(f', {each} = "…"' for each in sorted(expected - {"key"}))
            table.refuse(
                where,
                f"the condition “{name}” has the wrong fields: {_list(fields)}",
                f'write {{key = "{name}"{example}}}',
            )
        found.append(Condition(**fields))
    return tuple(found)


def _list(words: Collection[str]) -> str:
    return ", ".join(sorted(words))


def _round(table: Table) -> RoundRule:
    rule = RoundRule(
        key=table.text("key"),
        title=table.text("title"),
        stage=table.text("stage"),
        label=table.text("label"),
        audience=table.choices("audience", AUDIENCES),
        weeks=table.number("weeks", 1),
        grace_minutes=table.number("grace_minutes"),
        registration_closes_days=table.number("registration_closes_days"),
        undertaking=table.flag("undertaking"),
        individual_answers=table.flag("individual_answers"),
        answers_due_before=_or_none(table, "answers_due_before"),
        comments_public=_or_none(table, "comments_public"),
        source=table.text("source"),
    )
    table.finish()
    return rule


def _or_none(table: Table, key: str) -> str:
    """The word under ``key``; "none", which a reader of the file understands, becomes ""."""
    value = table.text(key)
    return "" if value == "none" else value


def _audiences(top: Table) -> MappingProxyType:
    table = top.table("audiences")
    audiences = {key: table.texts(key) for key in AUDIENCES if key in table.data}
    table.finish()
    return MappingProxyType(audiences)


def _decision(key: str, table: Table) -> Decision:
    if key not in DECISIONS:
        table.refuse("", "there is no such decision", f"choose one of: {', '.join(DECISIONS)}")
    decision = Decision(
        key=key,
        title=table.text("title"),
        roles=table.texts("roles"),
        stages=table.texts("stages"),
        satisfies=_or_none(table, "satisfies"),
        rule=table.rule("rule"),
        follows=table.text("follows", ""),
    )
    table.finish()
    return decision


def _summary(table: Table) -> SummaryRule:
    summary = SummaryRule(
        unit=table.choice("unit", ("line", "paragraph", "none")),
        decision=table.choice("decision", ("consensus", "none")),
        objection_window_s=table.number("objection_window_s"),
        screen_acknowledged_s=table.number("screen_acknowledged_s"),
        read_aloud_allowed=table.flag("read_aloud_allowed"),
        author_verdict=table.flag("author_verdict"),
        ruling_allowed=table.flag("ruling_allowed"),
        source=table.text("source"),
        lighter=table.choice("lighter", ("paragraph",)) if "lighter" in table.data else "",
    )
    table.finish()
    return summary


def _sources(table: Table) -> SourceRule:
    sources = SourceRule(
        admitted=table.texts("admitted"),
        vetted=table.texts("vetted"),
        refused=table.texts("refused"),
        accepted_only_from=_or_none(table, "accepted_only_from"),
        source=table.text("source"),
        vetters=table.number("vetters", 1, 1),
    )
    table.finish()
    return sources


def _findings(top: Table) -> FindingRule:
    """Optional: a copy pinned before there were findings has no table of them, and no scale."""
    if "findings" not in top.data:
        return FindingRule()
    table = top.table("findings")
    rule = FindingRule(
        scale=table.choice("scale", SCALES), neutral=table.flag("neutral"), source=table.text("source")
    )
    table.finish()
    return rule


def _visibility(table: Table) -> MappingProxyType:
    """Per reader: visibilities as a word (always shown) or as {record = "…", from = STAGE}."""
    seen: dict[str, tuple[Sight, ...]] = {}
    for reader in READERS:
        sights = []
        for place, item in table.items(reader):
            fields = {"record": item, "from": EVERY_STAGE} if isinstance(item, str) else item
            if not isinstance(fields, dict) or set(fields) != {"record", "from"}:
                table.refuse(
                    f"{reader}[{place}]",
                    "is neither a word nor a record with its stage",
                    'write "review" or {record = "review", from = "published"}',
                )
            if fields["record"] not in VISIBILITIES:
                table.refuse(
                    f"{reader}[{place}]",
                    f"names the unknown visibility “{fields['record']}”",
                    f"choose one of: {', '.join(VISIBILITIES)}",
                )
            sights.append(Sight(fields["record"], fields["from"]))
        seen[reader] = tuple(sights)
    table.finish()
    return MappingProxyType(seen)


def _publication(top: Table, acts: MappingProxyType, known: frozenset[str]) -> MappingProxyType:
    found = []
    for area, verbs in top.tables("publication"):
        for verb, table in verbs.every_table():
            key = f"{area}.{verb}"
            if key not in PUBLICATIONS:
                table.refuse("", "is no act of publication", f"choose one of: {', '.join(PUBLICATIONS)}")
            act = acts[key]
            publication = PublicationAct(
                key=key,
                title=table.text("title"),
                order=table.number("order", 1),
                by=act.roles,
                conditions=_conditions(table, "conditions", known),
                advise=_conditions(table, "advise", known, required=False),
                rule=act.rule,
                source=table.text("source"),
                labels=table.texts("labels", required=False),
                repeatable=table.flag("repeatable", False),
                embargo=table.flag("embargo", False),
            )
            table.finish()
            found.append(publication)
    return _by_key(sorted(found, key=lambda publication: publication.order))
