"""Take values out of TOML tables; every refusal names file, key, what is wrong and what to write."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, NoReturn

_KINDS = {str: "a text", bool: "true or false", int: "a whole number", list: "a list", dict: "a table"}


class ProcedureError(ValueError):
    """A faulty procedure file: ``file``, ``key`` (its path in the file), ``problem`` and ``remedy``."""

    def __init__(self, file: str, key: str, problem: str, remedy: str) -> None:
        self.file, self.key, self.problem, self.remedy = file, key, problem, remedy
        super().__init__(f"{file}: {key}: {problem}. Remedy: {remedy}.")


class Table:
    """One table of the file. It remembers what was asked for, so that ``finish`` finds misspelt keys."""

    def __init__(self, file: str, path: str, data: dict[str, Any]) -> None:
        self.file, self.path, self.data = file, path, data
        self._asked: set[str] = set()

    def refuse(self, key: str, problem: str, remedy: str) -> NoReturn:
        """Raise ProcedureError for ``key`` of this table ("" for the table itself)."""
        raise ProcedureError(self.file, ".".join(filter(None, (self.path, key))), problem, remedy)

    def finish(self) -> None:
        """Refuse the first key that nobody asked for: it is misspelt, and silence would hide that."""
        for key in self.data:
            if key not in self._asked:
                self.refuse(
                    key, "is not a key of this table", f"use one of: {', '.join(sorted(self._asked))}"
                )

    def _value(self, key: str, kind: type, default: Any = None) -> Any:
        self._asked.add(key)
        if key not in self.data:
            if default is not None:
                return default
            self.refuse(key, "is missing", f"add {key}, {_KINDS[kind]}")
        value = self.data[key]
        # In Python true is a whole number as well; in a procedure it is a slip.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            found = _KINDS.get(type(value), type(value).__name__)
            self.refuse(key, f"is {found}, not {_KINDS[kind]}", f"write {_KINDS[kind]}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty; ``default`` where the key is absent."""
        value = self._value(key, str, default)
        if key in self.data and not value.strip():
            self.refuse(key, "is empty", f"write {key} or, where the key may be absent, leave it out")
        return value

    def rule(self, key: str) -> str:
        """The number of a rule of docs/procedure.md, such as "4.3"."""
        value = self.text(key)
        if not re.fullmatch(r"[1-9]\d*\.[1-9]\d*", value):
            self.refuse(key, f"“{value}” is no rule number", "write a number of docs/procedure.md, as in 4.3")
        return value

    def choice(self, key: str, allowed: Collection[str], reason: str = "") -> str:
        """A text that is one of ``allowed``; ``reason`` says why another cannot work."""
        value = self.text(key)
        if value not in allowed:
            problem = f"“{value}” is not known here" + (f": {reason}" if reason else "")
            self.refuse(key, problem, f"choose one of: {', '.join(allowed)}")
        return value

    def flag(self, key: str, default: bool | None = None) -> bool:
        """true or false; ``default`` where the key is absent."""
        return self._value(key, bool, default)

    def number(self, key: str, least: int = 0, default: int | None = None) -> int:
        """A whole number that is not below ``least``; ``default`` where the key is absent."""
        value = self._value(key, int, default)
        if key in self.data and value < least:
            self.refuse(key, f"{value} is too small", f"write a whole number from {least} on")
        return value

    def items(self, key: str, *, required: bool = True) -> list[tuple[int, Any]]:
        """The entries of a list, numbered from 0; an absent list is empty unless it is required."""
        return list(enumerate(self._value(key, list, None if required else [])))

    def texts(self, key: str, *, required: bool = True) -> tuple[str, ...]:
        """A list of texts in which none stands twice."""
        found: list[str] = []
        for place, value in self.items(key, required=required):
            if not isinstance(value, str):
                self.refuse(f"{key}[{place}]", f"is {_KINDS.get(type(value), 'no text')}", "write a text")
            if value in found:
                self.refuse(f"{key}[{place}]", f"“{value}” stands twice", "remove the second one")
            found.append(value)
        return tuple(found)

    def choices(self, key: str, allowed: Collection[str]) -> tuple[str, ...]:
        """A list of texts that are each one of ``allowed``; at least one."""
        values = self.texts(key)
        for value in values:
            if value not in allowed:
                self.refuse(key, f"“{value}” is not known here", f"choose from: {', '.join(allowed)}")
        if not values:
            self.refuse(key, "is empty", f"choose from: {', '.join(allowed)}")
        return values

    def table(self, key: str) -> Table:
        """The table under ``key``."""
        return Table(self.file, ".".join(filter(None, (self.path, key))), self._value(key, dict))

    def tables(self, key: str) -> Iterator[tuple[str, Table]]:
        """The tables inside the table ``key``, with their own keys."""
        return self.table(key).every_table()

    def every_table(self) -> Iterator[tuple[str, Table]]:
        """The tables inside this one, with their keys."""
        for key in self.data:
            yield key, self.table(key)

    def list_of_tables(self, key: str) -> list[Table]:
        """The tables of a list ``[[key]]`` whose ``key`` differs in each; errors call them by that key."""
        found: list[Table] = []
        names: list[str] = []
        for place, value in self.items(key):
            path = f"{key}[{place}]"
            if not isinstance(value, dict):
                self.refuse(path, "is no table", f"write it as [[{key}]]")
            name = Table(self.file, path, value).text("key")
            if name in names:
                self.refuse(f"{path}.key", f"the key “{name}” stands twice", "give each a key of its own")
            names.append(name)
            found.append(Table(self.file, f"{key}.{name}", value))
        return found
