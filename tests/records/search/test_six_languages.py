"""Searching the Universal Declaration in its six languages: the same hits, in the same order, on each database."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

import pytest
from django.contrib.auth.models import AnonymousUser

from records.search import asking, finding, index, registry, words
from records.search.models import Indexed
from tests.support import shared
from tests.world import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")


@pytest.fixture
def articles(monkeypatch):
    """Article and language → its text, each a public document of the index."""
    found: dict[tuple[str, str], str] = defaultdict(str)
    for segment in json.loads(shared("udhr-six-languages/udhr.json").read_text())["segments"]:
        article = segment["segment"].split(".")[0]
        for language in LANGUAGES:
            if segment.get(language):
                found[article, language] += segment[language] + "\n"
    keys = {f"{article}:{language}": (article, language) for article, language in found}

    def document(key):
        article, language = keys[key]
        return registry.Document(
            title=article, text=found[keys[key]], sights=frozenset({"public"}), at=NOW, language=language
        )

    kind = registry.Kind(
        name="article",
        title="Articles",
        rows=lambda wanted: {key: key for key in wanted},
        every=lambda: sorted(keys),
        document=document,
        href=lambda key: f"/{key}",
        visible=lambda user: (),
    )
    monkeypatch.setattr(registry, "_kinds", {"article": kind})
    index.rebuild()
    return dict(found)


def ask(text: str, **more) -> list[str]:
    return [hit.key for hit in finding.search(AnonymousUser(), text, **more).hits]


def distinctive(articles: dict, language: str) -> dict[str, list[str]]:
    """For each article the three longest words that stand in few others of its language."""
    held = {
        article: Counter(words.terms(text)[0])
        for (article, lang), text in articles.items()
        if lang == language
    }
    often = Counter(word for found in held.values() for word in found)
    chosen = {}
    for article, found in held.items():
        rare = sorted(found, key=lambda word: (often[word], -len(word), word))
        chosen[article] = [word for word in rare if len(word) > 1 and not word.isdigit()][:3]
    return chosen


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_distinctive_words_of_each_article_find_it_first(articles, language):
    missed = []
    for article, rare in distinctive(articles, language).items():
        hits = ask(" ".join(rare))
        if f"{article}:{language}" not in hits[:3]:
            missed.append((article, rare, hits[:5]))
    assert missed == []


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("slavery", "article-4:en"),
        ("esclavage", "article-4:fr"),
        ("esclavo", "article-4:es"),
        ("рабство", "article-4:ru"),
        ("الاسترقاق", "article-4:ar"),
        ("奴隶", "article-4:zh"),
        ("اضطهاد", "article-14:ar"),
        ("tortures", "article-5:en"),
        ("пытка", "article-5:ru"),
        ('"free and equal in dignity"', "article-1:en"),
    ],
)
def test_a_person_finds_an_article_by_a_form_of_its_word(articles, question, expected):
    article, _colon, language = expected.partition(":")
    hits = ask(question)
    keys = [key for key in hits[:3] if _number(key) == article.removeprefix("article-")]
    assert any(key.endswith(language) for key in keys), hits


def _number(key: str) -> str:
    return "".join(sign for sign in key.split(":")[0] if sign.isdigit())


def test_each_database_gives_the_very_list_that_is_worked_out_without_one(articles):
    rows = list(Indexed.objects.order_by("-pk"))
    asked, wrong = 0, []
    for language in LANGUAGES:
        for rare in distinctive(articles, language).values():
            for text in (" ".join(rare), rare[0], rare[0][:3], f'"{rare[0]}"'):
                question = asking.read(text, typing=True)
                scored = [(asking.score(question, row.terms), row) for row in rows]
                found = sorted((-score, -row.pk, row.key) for score, row in scored if score is not None)
                asked += 1
                if [key for _score, _pk, key in found] != ask(text, typing=True, limit=200):
                    wrong.append(text)
    assert wrong == []
    assert asked > 350
