"""Finding a published answer: by words as people write them, in Chinese without blanks.

A word that stands in a text as it was typed weighs most, in a title most of all. Where the whole of it stands
nowhere, its pairs of characters are looked for (`grams`), and a text must hold a good part of them: so
「毕业生怎么落户」 finds 「应届毕业生落户办理」. All public topics of a station are a few hundred short texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import grams, topics
from tipline.domain.questions import ANSWERED, Question
from tipline.domain.topics import CLOSED, PUBLIC, Paper, Topic

LONGEST_QUERY, MOST_WORDS = 100, 8
ENOUGH = 0.4  # of the pairs that were asked for
TITLE, QUESTION, PAPER, ANSWER = 8.0, 5.0, 3.0, 2.0
EXCERPT = 90


class Part(NamedTuple):
    """A text of a topic; `question` if it is a question or its answer."""

    weight: float
    text: str
    question: Question | None = None


@dataclass
class Hit:
    """A topic, the question in it that fits best, and the line that was found."""

    topic: Topic
    score: float
    question: Question | None = None
    excerpt: str = ""
    words: list[str] = field(default_factory=list)


def find(tx: Transaction, words: str, *, beat: str = "", limit: int = 30) -> list[Hit]:
    """The best first; open topics before closed ones that fit as well. Without words: all that are open."""
    known = topics.list_topics(tx, *PUBLIC, beat=beat, limit=500)
    asked = _asked(words)
    if not asked:
        return [Hit(one, 0.0, excerpt=_begin(one.answer)) for one in known if one.state != CLOSED][:limit]
    parts = _parts(tx, known)
    rare = _rarity(part.text for of in parts.values() for part in of)
    hits = [hit for one in known if (hit := _hit(one, parts[one.id], asked, rare))]
    return sorted(hits, key=lambda one: (-one.score, -one.topic.id))[:limit]


def _asked(words: str) -> list[str]:
    return [one for one in grams.plain(words[:LONGEST_QUERY]).split() if any(sign.isalnum() for sign in one)][
        :MOST_WORDS
    ]


def _parts(tx: Transaction, known: list[Topic]) -> dict[int, list[Part]]:
    numbers = [one.id for one in known]
    parts = {
        one.id: [Part(TITLE, one.title), *(Part(ANSWER, line) for line in one.answer.splitlines())]
        for one in known
    }
    for paper in tx.scalars(select(Paper).where(Paper.topic_id.in_(numbers)).order_by(Paper.number)):
        parts[paper.topic_id].append(Part(PAPER, f"{paper.text} {paper.note}".strip()))
    asked = select(Question).where(
        Question.topic_id.in_(numbers),
        Question.state == ANSWERED,
        Question.text != "",
        Question.tip_id.is_(None),
    )
    for one in tx.scalars(asked.order_by(Question.id)):
        parts[one.topic_id] += [Part(QUESTION, one.text, one), Part(ANSWER, one.answer, one)]
    return parts


def _rarity(texts: Iterable[str]) -> Counter[str]:
    """In how many texts a pair stands: what stands everywhere tells little."""
    return Counter(gram for text in texts for gram in set(grams.grams(text)))


def _hit(topic: Topic, parts: list[Part], asked: list[str], rare: Counter[str]) -> Hit | None:
    total, found = 0.0, []
    for word in asked:
        scored = [(_score(word, part, rare), part) for part in parts]
        best = max(scored, key=lambda one: one[0])
        if best[0] == 0:
            return None
        total += sum(score for score, _ in scored) * 0.1 + best[0]
        found.append(best[1])
    # The line that is shown is of the first word; a title needs none, it is shown anyway.
    part = next((one for one in found if one.weight != TITLE), None)
    excerpt = _around(part.text, asked) if part else _begin(topic.answer)
    question = next((one.question for one in found if one.question), None)
    penalty = 0.8 if topic.state == CLOSED else 1.0
    return Hit(topic, round(total * penalty, 3), question, excerpt, asked)


def _score(word: str, part: Part, rare: Counter[str]) -> float:
    text = grams.plain(part.text)
    if word in text:
        return part.weight
    pairs = grams.grams(word)
    if not pairs:
        return 0.0
    here = set(grams.grams(part.text))
    weights = {one: 1 / (1 + rare[one]) if rare[one] else 0.5 for one in pairs}
    share = len([one for one in pairs if one in here]) / len(pairs)
    if share < ENOUGH:
        return 0.0
    held = sum(weights[one] for one in pairs if one in here) / sum(weights.values())
    return part.weight * 0.6 * (share + held) / 2


def _begin(text: str) -> str:
    line = next((one.strip() for one in text.splitlines() if one.strip()), "")
    return line if len(line) <= EXCERPT else line[:EXCERPT] + "…"


def _around(text: str, words: list[str]) -> str:
    """A stretch of the text with the first of the words that stands in it, or its beginning."""
    plain = grams.plain(text)
    at = min((plain.index(one) for one in words if one in plain), default=0)
    start = max(0, at - EXCERPT // 3) if len(text) > EXCERPT else 0
    cut = " ".join(text[start : start + EXCERPT].split())
    return f"{'…' if start else ''}{cut}{'…' if start + EXCERPT < len(text) else ''}"
