"""How fast is the search over 100,000 things, and what does indexing cost? SQLite, in a data folder of its own."""

from __future__ import annotations

import os
import random
import shutil
import statistics
import tempfile
import time
from pathlib import Path

DOCUMENTS = 100_000
QUERIES = 200
WORDS_EACH = 45
SEED = 20261123
CLASSES = 30  # groups of readers; the one who asks is in half of them


def run() -> dict:
    """p50 and p95 of a page of hits with its counts, over 200 questions from one word to four, and of typing."""
    folder = Path(tempfile.mkdtemp(prefix="concord-bench-"))
    try:
        os.environ |= {
            "DATA_DIR": str(folder),
            "CONCORD_MODE": "embedded",
            "DJANGO_SETTINGS_MODULE": "portal.settings",
        }
        os.environ.pop("DATABASE_URL", None)
        return _run()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run() -> dict:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from records.search import finding, index, registry

    call_command("migrate", verbosity=0)
    chance = random.Random(SEED)
    vocabulary = _vocabulary(chance)
    now = timezone.now()
    texts = [" ".join(_text(chance, vocabulary)) for _n in range(DOCUMENTS)]

    def document(n: int) -> registry.Document:
        return registry.Document(
            title=f"3-{n}",
            text=texts[n],
            sights=frozenset({f"group-{n % CLASSES}"}),
            at=now,
            scope=f"cycle-{n % 3}",
        )

    registry._kinds.clear()
    names = ["comment", "answer", "passage", "entry", "line"]
    for place, name in enumerate(names):
        registry.register(
            name,
            title=name,
            rows=lambda keys: {key: int(key) for key in keys},
            every=lambda place=place: range(place, DOCUMENTS, len(names)),
            document=document,
            href=lambda n: f"/{n}",
            visible=lambda user: (f"group-{n}" for n in range(0, CLASSES, 2)),
        )
    began = time.perf_counter()
    index.rebuild()
    indexing = time.perf_counter() - began
    pages = _measure(lambda text: finding.search(None, text), _questions(chance, vocabulary))
    typed = _measure(
        lambda text: finding.search(None, text[:-1], typing=True, facets=False, limit=8),
        _questions(chance, vocabulary),
    )
    connection.close()
    size = Path(connection.settings_dict["NAME"]).stat().st_size
    return {
        "documents": DOCUMENTS,
        "queries": QUERIES,
        "search_p50_ms": pages[0],
        "search_p95_ms": pages[1],
        "typing_p50_ms": typed[0],
        "typing_p95_ms": typed[1],
        "index_100k_s": round(indexing, 1),
        "database_mb": round(size / 1e6),
    }


def _vocabulary(chance: random.Random) -> list[str]:
    syllables = [a + b for a in "bcdfglmnprstv" for b in ("a", "e", "i", "o", "u", "an", "er", "is")]
    return list(
        dict.fromkeys("".join(chance.choices(syllables, k=chance.randint(2, 4))) for _n in range(30_000))
    )


def _text(chance: random.Random, vocabulary: list[str]) -> list[str]:
    """Words as often as words are: the n-th commonest about 1/n as often as the first."""
    return [
        vocabulary[int(len(vocabulary) ** chance.random()) - 1]
        for _n in range(chance.randint(10, 2 * WORDS_EACH))
    ]


def _questions(chance: random.Random, vocabulary: list[str]) -> list[str]:
    return [" ".join(_text(chance, vocabulary)[: 1 + n % 4]) for n in range(QUERIES)]


def _measure(ask, questions: list[str]) -> tuple[float, float]:
    times = []
    for text in questions:
        began = time.perf_counter()
        ask(text)
        times.append((time.perf_counter() - began) * 1000)
    return round(statistics.median(times), 1), round(statistics.quantiles(times, n=20)[-1], 1)
