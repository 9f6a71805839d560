"""Sends what is due for one channel or webhook: the job behind a ring, and how it ends.

At least once: a worker that dies after the other side took a message, and before that is written down,
sends it again. One dead receiver holds nobody up: it has its own notices, its own pauses, and a thread of its
own beside all others (`workers.rounds`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from tipline.db import Transaction
from tipline.domain import clock, events, listening, receivers, sealing, tries
from tipline.domain.addresses import Address
from tipline.domain.channels import Channel
from tipline.domain.notices import TEST, Notice
from tipline.domain.receivers import Receiver
from tipline.domain.tries import Batch
from tipline.notice_faults import FOR_GOOD
from tipline.services import Services
from workers import audience, hooking, mailing, outgoing, rounds, wording, written
from workers.outgoing import Outcome

log = structlog.get_logger(__name__)
# Messages a minute that a service takes from one robot; what comes above is put together.
PER_MINUTE = {"wecombot": 18, "dingtalk": 18, "feishu": 60, "lark": 60}
MOST_A_MINUTE = 30
# Whose phone rang so often lately hears of the rest once a minute, in one message: a flood of reports, from
# however many addresses, must not ring an officer a thousand times.
MANY, LATELY, THEN_EVERY = 12, timedelta(minutes=10), timedelta(minutes=1)


class Parcel(NamedTuple):
    """What one message holds; `until`: not now."""

    rows: list[Notice]
    lines: list[wording.Line]
    until: datetime | None = None


def send(services: Services, number: int) -> None:
    """Whatever is due for the receiver of this notice, and for everybody else."""
    rounds.run(services, number, _to)


def _to(services: Services, row: Receiver | None, batch: Batch) -> None:
    if row is None:
        mailing.send(services, batch)
    elif isinstance(row, Channel):
        _to_channel(services, row, batch)
    else:
        hooking.send(services, row, batch)


def _to_channel(services: Services, channel: Channel, batch: Batch) -> None:
    with written.by_turns(services) as tx:
        parcel = pack(tx, channel, batch.rows, services.settings.timezone)
        if parcel.until is not None:
            tries.wait_until(tx, parcel.rows, parcel.until)
    if parcel.until is not None or not parcel.rows:
        return
    outcome = _post(services, channel, parcel)
    with written.by_turns(services) as tx:
        settle(tx, channel.id, parcel.rows, outcome)
    if outcome.fault:
        log.warning("notice.failed", channel=channel.id, kind=channel.scheme, fault=outcome.fault)


def pack(tx: Transaction, channel: Channel, rows: list[Notice], zone: str) -> Parcel:
    """What of these is told now. What nobody is to hear of any more is dropped."""
    viewer = audience.viewer(tx, channel.account_id)
    seen = audience.visible(tx, viewer, rows) if viewer else {}
    gone = [one for one in rows if one.event != TEST and one.tip_id is not None and one.tip_id not in seen]
    tries.drop(tx, rows if viewer is None else gone)
    left = [] if viewer is None else [one for one in rows if one not in gone]
    trials = [one for one in left if one.event == TEST]
    if trials:
        tries.wait_until(tx, [one for one in left if one.event != TEST], clock.now())
        return Parcel(trials, [wording.Line(TEST)])
    until = _not_now(tx, channel, left, zone)
    lines = []
    for one in left:
        tip = seen.get(one.tip_id or 0)
        lines.append(wording.Line(one.event, tip.reference if tip else "", tip.category if tip else ""))
    return Parcel(left, lines, until)


def settle(tx: Transaction, channel_id: int, rows: list[Notice], outcome: Outcome) -> None:
    """How the try ended, on the notices and on the channel itself."""
    trials = [one for one in rows if one.event == TEST]
    for one in trials:
        tx.get_one(Notice, one.id).values = hooking.said(outcome)
    if outcome.fault is None:
        tries.sent(tx, rows)
    else:  # of a trial its owner reads why, and may press again
        tries.failed(tx, rows, outcome.fault, for_good=bool(trials) or outcome.fault in FOR_GOOD)
    row = tx.get(Channel, channel_id)
    if row is None:
        return
    if outcome.fault is None:
        receivers.note_sent(row)
    else:
        receivers.note_failure(tx, row, outcome.fault)


def _not_now(tx: Transaction, channel: Channel, rows: list[Notice], zone: str) -> datetime | None:
    """Until when it has to wait: the owner sleeps, the robot had its share, or too much came lately."""
    now = clock.now()
    quiet = listening.quiet_until(channel, now, zone)
    is_urgent = any(events.EVENTS[one.event].urgent for one in rows)
    if quiet and not (is_urgent and listening.breaks_quiet(channel)):
        return quiet
    lately = tries.sent_lately(tx, channel.id, LATELY)
    minute = [one for one in lately if one > now - timedelta(minutes=1)]
    if len(minute) >= PER_MINUTE.get(channel.scheme, MOST_A_MINUTE):
        return max(minute[0] + timedelta(minutes=1), now + timedelta(seconds=1))
    if len(lately) >= MANY and lately[-1] + THEN_EVERY > now:
        return lately[-1] + THEN_EVERY
    return None


def _post(services: Services, channel: Channel, parcel: Parcel) -> Outcome:
    chosen = services.settings
    try:
        address = listening.open_address(services.key, channel)
    except sealing.Unopened:
        return Outcome("notice:address-unclear")
    allowed = outgoing.networks(chosen.notice_networks)
    text = wording.for_staff(chosen.locale, chosen.base_url, parcel.lines, channel.scheme)
    if address.scheme != "mail":
        return outgoing.by_apprise(address, text, allowed)
    subject = wording.title(chosen.locale, chosen.station)
    if not address.to:
        return outgoing.by_apprise(address, text, allowed, title=subject)
    if not chosen.mail_url:
        return Outcome("notice:unset")
    own = Address("mail", mailing.station_mail(chosen.mail_url, address.to))
    return outgoing.by_apprise(own, text, outgoing.ANYWHERE, title=subject)
