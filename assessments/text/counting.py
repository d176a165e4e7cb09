"""Counting by letters: proposals on a line, works of one author and year, columns of a sheet."""

from __future__ import annotations


def letters(number: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    found = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(ord("A") + rest) + found
    return found
