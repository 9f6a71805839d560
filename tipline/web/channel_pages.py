"""The pages on which channels are added, narrowed, tried and removed: one's own, and the station's.

An address goes in and never comes out: a page shows the name, the kind and how the last message went.
"""

from __future__ import annotations

import json
from typing import Any

from flask import request

from tipline.db import Transaction
from tipline.domain import addresses, beats, categories, events, listening, notices, receivers
from tipline.domain.addresses import Address
from tipline.domain.channels import THROUGH_QUIET, Channel
from tipline.domain.notices import Notice as Told
from tipline.domain.receivers import Receiver
from tipline.errors import N_, TiplineError
from tipline.notice_faults import sentence_of
from tipline.web import current
from tipline.web.review.notices import Notice, offered
from tipline.web.review.saying import gettext

KINDS = addresses.ROBOTS | {"mail": N_("Mail")}
DIGESTS = {
    0: N_("each at once"), 5: N_("every 5 minutes"), 15: N_("every 15 minutes"), 30: N_("every 30 minutes"),
    60: N_("every hour"), 240: N_("every 4 hours"),
}  # fmt: skip


def add(owner: int | None) -> str:
    """From the form that adds; what to say afterwards."""
    form, services = request.form, current.services()
    address = _address()
    label = form.get("label", "").strip() or KINDS.get(address.scheme, address.scheme)
    with services.database.transaction() as tx:
        row = listening.add(
            tx, services.key, current.actor(), owner, address, label=gettext(label), **_chosen()
        )
        receivers.test(tx, current.actor(), row)
    return gettext("“%(name)s” was added, and a trial message is on its way.", name=row.label)


def act(owner: int | None, number: int) -> Notice:
    """What a button or the form of one channel asks for; what to say afterwards."""
    with current.services().database.transaction() as tx:
        row, actor = listening.read_own(tx, owner, number), current.actor()
        said = press(tx, row)
        if said is None:
            listening.change(tx, actor, row, label=request.form.get("label", ""), **_chosen())
        return offered(tx, Notice(said or gettext("Saved.")))


def press(tx: Transaction, row: Receiver) -> str | None:
    """The buttons that stand at a channel and at a webhook; None: it was the form."""
    do, actor = request.form.get("do", ""), current.actor()
    if do == "test":
        receivers.test(tx, actor, row)
        return gettext("A trial message is on its way. How it went appears below.")
    if do == "retry":
        receivers.retry(tx, actor, row)
        return gettext("Everything that had failed is tried once more.")
    if do in ("on", "off"):
        receivers.switch(tx, actor, row, active=do == "on")
        return gettext("Switched on.") if do == "on" else gettext("Switched off. Nothing is told there now.")
    if do == "remove":
        receivers.remove(tx, actor, row)
        return gettext(
            "“%(name)s” was removed. Its address stays sealed for 12 hours, then it is deleted.",
            name=row.label,
        )
    return None


def values(tx: Transaction, owner: int | None) -> dict[str, Any]:
    """What the pages show."""
    counts = notices.counts(tx, "channel")
    rows = [_row(tx, one, counts.get(one.id, {})) for one in listening.list_of(tx, owner)]
    return {
        "channels": rows, "is_trying": any(one["trial"] and one["trial"]["is_waiting"] for one in rows),
        "events": _events(owner), "groups": categories.CATEGORIES, "beats": beats.list_beats(tx),
        "digests": DIGESTS, "kinds": KINDS, "typed": request.form, "modes": addresses.MAIL_MODES,
        "has_mail": bool(current.settings().mail_url),
    }  # fmt: skip


def trial_of(row: Told | None) -> dict[str, Any] | None:
    """How the last trial went, in words, with what the other side said itself."""
    if row is None:
        return None
    told = json.loads(row.values)
    fault = told.get("fault") or row.failure
    return {
        "is_waiting": row.state == "waiting", "is_good": row.state == "sent", "said": told.get("said", ""),
        "fault": gettext(sentence_of(fault)) if fault else "", "at": row.sent_at or row.created_at,
    }  # fmt: skip


def state_of(row: Receiver) -> str:
    """Of a channel or webhook, in one word: off, paused, failing, works, new."""
    if not row.active:
        return "off"
    if receivers.is_paused(row):
        return "paused"
    return "failing" if row.failure else "works" if row.sent_at else "new"


def _row(tx: Transaction, row: Channel, counts: dict[str, int]) -> dict[str, Any]:
    listed = json.loads(row.events)
    return {
        "row": row, "state": state_of(row), "kind": KINDS.get(row.scheme, row.scheme),
        "events": [one for one in listed if one != THROUGH_QUIET], "through": THROUGH_QUIET in listed,
        "categories": json.loads(row.categories), "beats": json.loads(row.beats),
        "cause": gettext(sentence_of(row.failure)) if row.failure else "",
        "waiting": counts.get("waiting", 0), "failed": counts.get("failed", 0),
        "trial": trial_of(notices.newest_test(tx, "channel", row.id)),
    }  # fmt: skip


def _events(owner: int | None) -> dict[str, str]:
    """What one can choose; the station is never assigned a tip."""
    known = events.EVENTS.items()
    return {code: one.sentence for code, one in known if owner is not None or code != "tip:assigned"}


def _address() -> Address:
    form, settings = request.form, current.settings()
    inside = bool(settings.notice_networks)
    if form.get("way") != "mail":
        return addresses.read(form.get("address", ""), secret=form.get("secret", ""), inside=inside)
    made = addresses.mail(
        form.get("to", ""), form.get("server", ""), port=form.get("port", ""), mode=form.get("mode", "ssl"),
        user=form.get("user", ""), password=form.get("password", ""), sender=form.get("sender", ""),
        inside=inside,
    )  # fmt: skip
    if made.to and not settings.mail_url:
        raise TiplineError("channel:mail-unset", fields={"server": "channel:mail-unset"})
    return made


def _chosen() -> dict[str, Any]:
    form = request.form
    digest = form.get("digest", "0")
    return {
        "events": form.getlist("event"), "categories": form.getlist("category"),
        "beats": form.getlist("beat"),
        "quiet_from": form.get("quiet_from", ""), "quiet_until": form.get("quiet_until", ""),
        "through_quiet": "through" in form,
        "digest_minutes": int(digest) if digest.isascii() and digest.isdigit() and len(digest) < 5 else -1,
    }  # fmt: skip
