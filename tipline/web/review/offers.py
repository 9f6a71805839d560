"""What the form of a thread offers: templates filled for the tip, people to name, texts to withdraw."""

from __future__ import annotations

import json
from typing import Any

from flask import request

from tipline.db import Transaction
from tipline.domain import acts, beats, mentions, replies, undoing
from tipline.domain.replies import Reply
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current


def gather(tx: Transaction, tip: Tip) -> dict[str, Any]:
    """What the form of the thread offers."""
    ready = [(one, replies.fill(one.text, values(tx, tip))) for one in _of_language(tx, tip)]
    people = [one for one in mentions.list_people(tx) if one.id != current.staff().id]
    return {
        "templates": ready,
        "for_script": json.dumps(
            {
                "replies": [[one.title, one.kind, text] for one, text in ready],
                "people": [[one.display_name, one.username] for one in people],
            },
            ensure_ascii=False,
        ),
        "withdrawable": _withdrawable(tx, tip),
    }


def chosen(tx: Transaction, tip: Tip) -> tuple[str, str]:
    """Text and kind of the template that the address names, for a page without a script."""
    number = request.args.get("template", "")
    if not (number.isdecimal() and len(number) < 10):
        return "", ""
    try:
        row = replies.read_reply(tx, int(number))
    except TiplineError:
        return "", ""
    return replies.fill(row.text, values(tx, tip)), row.kind


def _of_language(tx: Transaction, tip: Tip) -> list[Reply]:
    """Those in the reporter's language; without any, all."""
    found = replies.list_of(tx, tip.language) or replies.list_of(tx)
    return [one for one in found if one.kind != replies.ACKNOWLEDGE]


def values(tx: Transaction, tip: Tip) -> dict[str, str]:
    """What fills the places of a template; empty where nothing is known."""
    settings = current.settings()
    beat = tx.get(beats.Beat, tip.beat) if tip.beat else None
    return {
        "reference": tip.reference,
        "place": tip.place,
        "beat": beat.name if beat else "",
        "station": settings.station,
        "export_help": f"{settings.base_url}/help/export?lang={tip.language}",
    }


def _withdrawable(tx: Transaction, tip: Tip) -> dict[int, int]:
    """Id of a text of mine that may still be withdrawn → the act to take back."""
    found = acts.list_of_kind(tx, "message:write", tip_id=tip.id, account_id=current.staff().id)
    return {int(one.subject.partition(":")[2]): one.id for one in found if undoing.may_undo(one)}
