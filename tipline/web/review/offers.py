"""What the form of a thread offers: templates filled for the tip, people to name, texts to withdraw."""

from __future__ import annotations

import json
from typing import Any

from flask import request

from tipline.db import Transaction
from tipline.domain import acts, beats, mentions, replies, undoing
from tipline.domain.accounts import Account
from tipline.domain.messages import Message
from tipline.domain.replies import Reply
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.web import current


def gather(
    tx: Transaction, tip: Tip, kept: list[Reply], known: dict[str, str], staff: list[Account],
    written: list[Message],
) -> dict[str, Any]:  # fmt: skip
    """What the form of the thread offers; `kept` are the templates in the reporter's language, `known` fills
    them, `staff` are all accounts, `written` is what stands in the thread."""
    ready = [
        (one, replies.fill(one.text, known))
        for one in kept or replies.list_of(tx)  # without any in the language, all
        if one.kind != replies.ACKNOWLEDGE
    ]
    people = [one for one in mentions.among(staff) if one.id != current.staff().id]
    return {
        "templates": ready,
        "for_script": json.dumps(
            {
                "replies": [[one.title, one.kind, text] for one, text in ready],
                "people": [[one.display_name, one.username] for one in people],
            },
            ensure_ascii=False,
        ),
        "withdrawable": _withdrawable(tx, tip, written),
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


def _withdrawable(tx: Transaction, tip: Tip, written: list[Message]) -> dict[int, int]:
    """Id of a text of mine that may still be withdrawn → the act to take back."""
    if not any(one.author == current.staff().username for one in written):
        return {}
    found = acts.list_of_kind(tx, "message:write", tip_id=tip.id, account_id=current.staff().id)
    return {int(one.subject.partition(":")[2]): one.id for one in found if undoing.may_undo(one)}
