"""Telling those whose footage was used in a case that it was. They never learn the number of the case."""

from __future__ import annotations

import re

from sqlalchemy import select

from tipline.db import Transaction
from tipline.domain import acts, custody, links, messages
from tipline.domain.actors import Actor
from tipline.domain.cases import Case
from tipline.domain.messages import Message
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

# Any case's number, however its dashes were written.
_NUMBER = re.compile(r"\bA\s*[-‐‑–—－]\s*\d{4}\s*[-‐‑–—－]\s*\d+", re.IGNORECASE)  # noqa: RUF001
UNREACHED = ("withdrawn",)


def list_told(tx: Transaction, case: Case) -> set[str]:
    """References of the tips whose providers were told already; a word that was withdrawn told nothing."""
    entries = custody.list_of(tx, subject=f"case:{case.number}", actions={"case:notice"}, limit=1000)
    sent: dict[int, str] = {}
    for one in entries:
        facts = one.facts()
        sent.update(zip(facts["messages"], facts["tips"], strict=True))
    gone = set(tx.scalars(select(Message.id).where(Message.id.in_(sent), Message.withdrawn_at.is_not(None))))
    return {reference for message_id, reference in sent.items() if message_id not in gone}


def is_over(tx: Transaction, tip: Tip) -> bool:
    """Whether every case of the tip is closed, and its provider was told so by a word that stands."""
    found = [case for _link, case in links.list_cases_of(tx, tip)]
    is_closed = bool(found) and all(case.state == "closed" for case in found)
    return is_closed and any(tip.reference in list_told(tx, case) for case in found)


def list_reachable(tx: Transaction, case: Case) -> list[Tip]:
    """Tips of the case whose providers can be told; who took a tip back wants to hear no more."""
    return [tip for _link, tip in links.list_tips_of(tx, case) if tip.state not in UNREACHED]


def tell(tx: Transaction, actor: Actor, case: Case, chosen: list[str], texts: dict[str, str]) -> list[Tip]:
    """Send each chosen tip the text of its language as news; raises thanks:number before anything is sent."""
    told = list_told(tx, case)
    asked = set(chosen)
    reached = [tip for tip in list_reachable(tx, case) if tip.reference in asked - told]
    if not reached:
        code = "thanks:told" if asked & told else "thanks:tips-needed"
        raise TiplineError(code, fields={"tip": code})
    for language in {tip.language for tip in reached}:
        if names_a_case(texts.get(language, ""), case):
            raise TiplineError("thanks:number", fields={f"text-{language}": "thanks:number"})
    with acts.together(tx):
        sent = [
            messages.write(tx, actor, tip, texts.get(tip.language, ""), kind="progress").id for tip in reached
        ]
    references = [tip.reference for tip in reached]
    custody.append(tx, actor, "case:notice", f"case:{case.number}", tips=references, messages=sent)
    return reached


def names_a_case(text: str, case: Case) -> bool:
    """Whether a text would give away a number of ours."""
    return bool(_NUMBER.search(text)) or case.number.lower() in text.lower()
