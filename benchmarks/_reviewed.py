"""One measurement of ``review`` in a process of its own: ``python -m benchmarks._reviewed COMMENTS``.

The rounds are those of the IPCC's procedure; comments are laid into the database directly, since the ways by which they
come are measured apart. The last line is one JSON object.
"""

from __future__ import annotations

import gc
import json
import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from io import BytesIO

from benchmarks import _own
from benchmarks._figures import percentile
from benchmarks._vocabulary import VOCABULARY

CHAPTERS, PARAGRAPHS, REVIEWERS, ROWS = 20, 60, 1_200, 20_000
ROUNDS = ("fod-experts", "sod-experts", "sod-governments")
REPEATS = 7
SEED, SEEDS = 20261127, (11, 23, 47)
KINDS = (
    "substantive",
    "substantive",
    "substantive",
    "editorial",
    "editorial",
    "reference",
    "figure",
    "general",
)


class Words:
    """Sentences that look like those of reviewers: common words often, rare ones seldom."""

    def __init__(self, chance: random.Random):
        self.chance, self.known = chance, VOCABULARY["en"]

    def said(self, least: int = 8, most: int = 70) -> str:
        chance, known = self.chance, self.known
        words = [known[int(len(known) ** chance.random()) - 1] for _n in range(chance.randint(least, most))]
        return " ".join(words).capitalize() + "."


def lay(comments: int, words: Words):
    """The rounds with their comments; three in five are answered. Returns the people of the cycle."""
    from assessments.drafting import actions as drafting
    from panels.models import User
    from records.search import index
    from reviews.comments.models import Comment, Response, Reviewer
    from reviews.rounds.models import Registration, ReviewRound
    from tests.reviews import held
    from tests.world import NOW, THEN, build_world

    un, chance, system = build_world().un, words.chance, User.objects.system()
    for n in range(3, CHAPTERS + 1):
        drafting.add_chapter(un.cycle, str(n), f"Chapter {n}", by=system, now=THEN)
    for chapter in un.cycle.chapters.exclude(kind="summary"):
        text = f"# {chapter.title}\n\n" + "\n\n".join(words.said(30, 90) for _n in range(PARAGRAPHS))
        drafting.save(chapter, chapter.current, text, by=system, now=NOW)
    snapshots = {label: held.freeze(un.cycle, label) for label in ("FOD", "SOD")}
    un.at("sod-review")
    for key in ROUNDS:
        found = ReviewRound.objects.create(
            cycle=un.cycle, key=f"{un.cycle.slug}/{key}", rule_key=key, snapshot=snapshots[key[:3].upper()],
            opens_at=THEN, closes_at=held.LATER.replace(year=2099), opened_by=system,
        )  # fmt: skip
        if key == "sod-experts":
            signed = {"expertise": "Models", "undertaking_at": NOW, "consent_at": NOW}
            Registration.objects.create(round=found, person=un.reviewer.person, **signed)
        people = Reviewer.objects.bulk_create(
            [Reviewer(round=found, name=f"Reviewer {n:04}") for n in range(REVIEWERS)]
        )
        frozen = list(found.snapshot.chapters.select_related("chapter"))
        counts: dict[int, int] = {}
        rows = []
        for _n in range(comments // len(ROUNDS)):
            part = chance.choice(frozen)
            block = chance.choice(part.blocks)
            counts[part.chapter_id] = number = counts.get(part.chapter_id, 0) + 1
            said = block["text"]
            start = chance.randrange(max(1, len(said) - 40))
            anchor = {
                "block": block["id"], "start": start, "end": start + 40, "quote": said[start : start + 40],
                "prefix": said[max(0, start - 30) : start], "suffix": said[start + 40 : start + 70],
                "page_label": f"{part.chapter.number}-{chance.randint(1, 30)}", "line_from": chance.randint(1, 8),
                "line_to": 8, "method": "lines",
            }  # fmt: skip
            rows.append(
                Comment(
                    round=found,
                    chapter=part.chapter,
                    number=number,
                    reviewer=chance.choice(people),
                    status="sent",
                    kind=chance.choice(KINDS),
                    text=words.said(),
                    anchor=anchor,
                    proposed=words.said(5, 20) if chance.random() < 0.2 else "",
                    entered_by=system,
                    late=chance.random() < 0.01,
                    created_at=NOW,
                    changed_at=NOW,
                    sent_at=NOW,
                )
            )
        Comment.objects.bulk_create(rows, batch_size=1000)
        Response.objects.bulk_create(
            [
                Response(
                    comment=row,
                    disposition=chance.choice(("accepted", "noted", "rejected")),
                    text=words.said(4, 25),
                    by=system,
                    at=NOW,
                )
                for row in rows
                if chance.random() < 0.6
            ],
            batch_size=1000,
        )
    index.rebuild()
    return un


def pages(un, words: Words) -> tuple[dict, int]:
    """p95 of the list's first pages, of other pages and of search, and the most queries; as those who use them."""
    from django.db import connection
    from django.test import Client

    asked = [0]

    def count(execute, *args):
        asked[0] += 1
        return execute(*args)

    def client(user) -> Client:
        made = Client()
        made.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return made

    waiting = un.cycle.rounds.get(rule_key="sod-experts").comments.awaiting_response()
    numbers = list(waiting.filter(chapter__number="7").order_by("number").values_list("number", flat=True))
    chance, base = words.chance, f"/c/{un.cycle.slug}/"
    around = f"{base}rounds/sod-experts/"
    word = VOCABULARY["en"]
    lists = [
        "", "?chapter=7", "?status=open", "?chapter=7&status=open", "?kind=editorial", "?status=late",
        "?status=answered&chapter=3", f"?q={word[20]}", f"?q={word[80]}+{word[30]}", "?q=nothingofthekind",
        "?chapter=5&kind=reference&status=open", "?look=any", "?look=apart",
    ]  # fmt: skip
    groups = {
        "list": [f"{around}comments/{query}" for query in lists],
        "board": ["/", "/desk/", base, f"{base}board/", around, f"{around}became/"],
        "answer": [f"{around}answer/7/{n}/" for n in (numbers[0], numbers[len(numbers) // 2])],
        "search": [f"/search/?q={chance.choice(word)}" for _n in range(6)]
        + [f"/search/?q={chance.choice(word)}+{chance.choice(word)}&kind=comment" for _n in range(6)],
    }
    people = {"list": (un.secretariat, un.la, un.reviewer), "search": (un.secretariat, un.reviewer)}
    figures, most, slow = {}, 0, {}
    gc.collect()
    gc.freeze()  # as the server does (portal/asgi.py)
    with connection.execute_wrapper(count):
        for name, addresses in groups.items():
            took = []
            for user in people.get(name, (un.secretariat,)):
                visitor = client(user)
                for address in addresses:
                    for turn in range(REPEATS + 1):
                        asked[0] = 0
                        began = time.perf_counter()
                        answer = visitor.get(address)
                        spent = (time.perf_counter() - began) * 1000
                        assert answer.status_code == 200, (address, user, answer.status_code)
                        if turn:  # the first warms up
                            took.append(spent)
                            slow[address, user.name] = max(spent, slow.get((address, user.name), 0))
                            most = max(most, asked[0])
            figures[f"{name}_p95_ms"] = percentile(took, 0.95)
    for (address, who), spent in sorted(slow.items(), key=lambda row: -row[1])[:8]:
        print(f"  {spent:7.0f} ms {address} as {who}")
    return figures, most


def sheets(un, words: Words) -> dict:
    """Seconds to take in a sheet of 20,000 rows, and the same again; and to write all rounds out as workbooks."""
    import xlsxwriter

    from reviews.comments import importing
    from reviews.rounds.models import ReviewRound
    from tests.world import NOW

    found = ReviewRound.objects.get(rule_key="sod-governments")
    frozen = list(found.snapshot.chapters.exclude(chapter__kind="summary").select_related("chapter"))
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet = book.add_worksheet("Comments")
    names = ["Comment No", "Chapter", "From page", "From line", "To page", "To line", "Reviewer", "Comment"]
    sheet.write_row(0, 0, names)
    for n in range(ROWS):
        part = words.chance.choice(frozen)
        page = f"{part.chapter.number}-{words.chance.randint(1, 20)}"
        state = f"State {n % 140}"
        sheet.write_row(n + 1, 0, [f"G-{n}", part.chapter.number, page, 1, page, 3, state, words.said()])
    book.close()
    who = {"by": un.secretariat, "now": NOW, "print_label": found.snapshot.label}
    first, made = timed(lambda: importing.import_sheet(found, out.getvalue(), "sheet.xlsx", **who))
    assert len(made.new) == ROWS, made.refused[:3]
    again, made = timed(lambda: importing.import_sheet(found, out.getvalue(), "sheet.xlsx", **who))
    assert made.unchanged == ROWS
    writing, _none = timed(lambda: [_exported(each, un.secretariat) for each in un.cycle.rounds.all()])
    return {
        "import_20k_s": first,
        "import_20k_again_s": again,
        "export_all_s": writing,
        "peak_mb": round(peak()),
    }


def _exported(review_round, user) -> None:
    from reviews.comments import exporting

    with tempfile.TemporaryFile() as out:
        exporting.write(out, review_round, user)


def alike(un, words: Words) -> dict:
    """Groups of near-duplicates against labels (three seeds), of a whole round, and one answer to a thousand."""
    from django.utils import timezone

    from reviews.comments import alike, answers, grouping
    from reviews.comments.models import Comment

    found = [_labelled(Words(random.Random(seed)), alike.groups) for seed in SEEDS]
    worst = {name: round(min(each[name] for each in found), 4) for name in ("precision", "recall")}
    review_round = un.cycle.rounds.get(rule_key="sod-experts")
    seconds, _counts = timed(lambda: grouping.group(review_round))
    open_ones = review_round.comments.awaiting_response().filter(chapter__number="1")[:1000]
    chosen = list(Comment.objects.filter(pk__in=list(open_ones.values_list("pk", flat=True))))
    bulk, made = timed(lambda: answers.answer(chosen, "noted", "Noted.", by=un.la, now=timezone.now()))
    return {
        **{f"alike_{name}": value for name, value in worst.items()},
        "alike_20k_s": max(each["seconds"] for each in found),
        "group_round_s": seconds,
        "bulk_answers": len(made),
        "bulk_answer_s": bulk,
    }


def _labelled(words: Words, find: Callable) -> dict:
    """20,000 comments; one in seven has up to six others in which at most a tenth of its words is changed."""
    chance, known, texts, labels = words.chance, words.known, [], []
    while len(texts) < ROWS:
        said = words.said(4, 80).split()
        for copy in range(1 + (chance.randint(1, 6) if chance.random() < 1 / 7 else 0)):
            other = list(said)
            for _change in range(chance.randint(0, len(said) // 10) if copy else 0):
                place, kind = chance.randrange(len(other)), chance.random()
                if kind < 0.6:
                    other[place] = chance.choice(known)
                elif kind < 0.8:
                    other.insert(place, chance.choice(known))
                else:
                    del other[place]
            texts.append(" ".join(other))
            labels.append(len(labels) - copy)
    order = list(range(len(texts)))
    chance.shuffle(order)
    seconds, groups = timed(lambda: find([texts[n] for n in order]))
    pairs = sum(n * (n - 1) // 2 for n in Counter(labels).values())
    right = told = 0
    for places in groups:
        told += len(places) * (len(places) - 1) // 2
        right += sum(n * (n - 1) // 2 for n in Counter(labels[order[place]] for place in places).values())
    return {"precision": right / told, "recall": right / pairs, "seconds": seconds}


def timed(work: Callable) -> tuple[float, object]:
    began = time.perf_counter()
    found = work()
    return round(time.perf_counter() - began, 1), found


def peak() -> float:
    """The most memory that this process has used, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(comments: int) -> None:
    with _own.portal():
        from django.conf import settings

        settings.ALLOWED_HOSTS = ["*"]
        words = Words(random.Random(SEED))
        seconds, un = timed(lambda: lay(comments, words))
        print(f"laid in {seconds} s", flush=True)
        figures, queries = pages(un, words)
        figures |= {"queries": queries} | alike(un, words) | sheets(un, words)
        print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
