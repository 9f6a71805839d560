"""Sends events to webhooks, one request each, signed."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import structlog

from tipline.db import Transaction
from tipline.domain import clock, receivers, sealing, tries, webhooks
from tipline.domain.channels import Webhook
from tipline.domain.notices import TEST, Notice
from tipline.domain.tips import Tip
from tipline.domain.tries import Batch
from tipline.notice_faults import FOR_GOOD
from tipline.services import Services
from workers import audience, outgoing, written
from workers.outgoing import Outcome

log = structlog.get_logger(__name__)
# A server that answers so asked for less, and is not broken.
GONE = "notice:refused"


def send(services: Services, hook: Webhook, batch: Batch) -> None:
    """In order, up to the first that fails; the others wait with it. A slow one gets the rest in a next try,
    so that no lease runs out while somebody is at it."""
    until = time.monotonic() + tries.WITHIN_S
    with written.by_turns(services) as tx:
        about = {one.id: _about(tx, hook, one) for one in batch.rows}
        tries.drop(tx, [one for one in batch.rows if about[one.id] is None])
    left = [one for one in batch.rows if about[one.id] is not None]
    while left:
        one = left.pop(0)
        outcome = _post(services, hook, one, about[one.id] or {})
        with written.by_turns(services) as tx:
            _settle(tx, hook.id, one, outcome)
            is_late = time.monotonic() > until
            if left and (outcome.fault or is_late):
                pause = tries.pause_after(one.attempts) if outcome.fault else timedelta()
                tries.wait_until(tx, left, clock.now() + pause)
        if outcome.fault:
            log.warning("webhook.failed", webhook=hook.id, fault=outcome.fault)
        if outcome.fault or is_late:
            return


def said(outcome: Outcome) -> str:
    """What the other side said, kept for whoever pressed the button."""
    return json.dumps({"said": outcome.said, "fault": outcome.fault}, ensure_ascii=False)


def _about(tx: Transaction, hook: Webhook, notice: Notice) -> dict[str, Any] | None:
    """Numbers and codes of what it is about; None if that may no longer be told."""
    found: dict[str, Any] = json.loads(notice.values)
    if notice.event == TEST or notice.tip_id is None:
        return found
    if hook.account_id is None:
        tip = audience.visible(tx, audience.STATION, [notice]).get(notice.tip_id)
    else:  # of a partner: its own tip, whatever case it stands in by now
        tip = tx.get(Tip, notice.tip_id)
    if tip is None or tip.erased_at is not None:
        return None
    return {
        **found,
        "reference": tip.reference,
        "category": tip.category,
        "beat": tip.beat,
        "state": tip.state,
    }


def _post(services: Services, hook: Webhook, notice: Notice, about: dict[str, Any]) -> Outcome:
    try:
        address = webhooks.open_address(services.key, hook)
        body = webhooks.body_of(notice, about)
        headers = webhooks.headers(services.key, hook, notice, body, clock.now())
    except sealing.Unopened:
        return Outcome("notice:address-unclear")
    allowed = outgoing.networks(services.settings.notice_networks)
    return outgoing.by_request("POST", address, allowed, data=body, headers=headers)


def _settle(tx: Transaction, hook_id: int, notice: Notice, outcome: Outcome) -> None:
    if notice.event == TEST:
        tx.get_one(Notice, notice.id).values = said(outcome)
    row = tx.get(Webhook, hook_id)
    if outcome.fault is None:
        tries.sent(tx, [notice])
        if row:
            receivers.note_sent(row)
        return
    is_over = notice.event == TEST or outcome.fault in FOR_GOOD - {GONE}
    tries.failed(tx, [notice], outcome.fault, for_good=is_over)
    if row:
        receivers.note_failure(tx, row, outcome.fault)
