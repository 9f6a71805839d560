"""Tells reporters that there is news: by the station's mail server, or its SMS gateway."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import quote

import structlog

from tipline.db import Transaction
from tipline.domain import clock, reachable, sealing, tries
from tipline.domain.addresses import Address
from tipline.domain.channels import ReporterChannel
from tipline.domain.notices import OF_THE_SERVER, Notice
from tipline.domain.tips import Tip
from tipline.domain.tries import Batch
from tipline.i18n import nearest
from tipline.notice_faults import FOR_GOOD
from tipline.services import Services
from workers import outgoing, wording, written
from workers.outgoing import Outcome

log = structlog.get_logger(__name__)
# News of a minute are one message: acknowledged, a question, progress often come together.
PACE = timedelta(minutes=1)
LANE = "notices-reporters"
# All reporters wait while it is away, and none of them long once it is back.
LONGEST = timedelta(minutes=5)


class Letter(NamedTuple):
    """One reporter's news."""

    tip: Tip
    way: ReporterChannel
    rows: list[Notice]


def send(services: Services, batch: Batch) -> None:
    """One message a reporter; when the server is away the others wait, and when it is slow they come next."""
    until = time.monotonic() + tries.WITHIN_S
    with services.database.alone(LANE) as mine:
        with written.by_turns(services) as tx:
            if not mine:
                tries.wait_until(tx, batch.rows, clock.now() + timedelta(seconds=3))
                return
            letters = _letters(tx, batch.rows)
        for at, letter in enumerate(letters):
            outcome = _post(services, letter)
            rest = [row for one in letters[at + 1 :] for row in one.rows]
            is_late = time.monotonic() > until
            with written.by_turns(services) as tx:
                _settle(tx, letter, outcome)
                if outcome.fault in OF_THE_SERVER:
                    tries.failed(tx, rest, str(outcome.fault), for_good=False, longest=LONGEST)
                elif is_late:
                    tries.wait_until(tx, rest, clock.now())
            if outcome.fault:
                log.warning("notice.failed", reporters=True, kind=letter.way.scheme, fault=outcome.fault)
            if outcome.fault in OF_THE_SERVER or is_late:
                return


def station_mail(mail_url: str, to: str, more: str = "") -> str:
    """The operator's mail server, to this address."""
    return f"{mail_url}{'&' if '?' in mail_url else '?'}format=text&to={quote(to, safe='')}{more}"


def _letters(tx: Transaction, rows: list[Notice]) -> list[Letter]:
    """By reporter; who has just had a message waits for the next, who wants none any more gets none."""
    by_tip: dict[int, list[Notice]] = {}
    for row in rows:
        by_tip.setdefault(row.tip_id or 0, []).append(row)
    letters, now = [], clock.now()
    for number, mine in by_tip.items():
        way, tip = tx.get(ReporterChannel, number), tx.get(Tip, number)
        if way is None or tip is None or tip.erased_at is not None:
            tries.drop(tx, mine)
        elif way.sent_at and now - way.sent_at < PACE:
            tries.wait_until(tx, mine, way.sent_at + PACE)
        else:
            letters.append(Letter(tip, way, mine))
    return letters


def _post(services: Services, letter: Letter) -> Outcome:
    chosen, tip = services.settings, letter.tip
    try:
        to = reachable.open_way(services.key, letter.way)
    except sealing.Unopened:
        return Outcome("notice:address-unclear")
    locale = nearest(tip.language) or chosen.locale
    text = wording.for_reporter(locale, chosen.base_url, tip.reference)
    if letter.way.scheme == reachable.SMS_WAY:
        if not chosen.sms_url:
            return Outcome("notice:unset")
        url = chosen.sms_url.replace("{phone}", quote(to, safe="")).replace("{text}", quote(text, safe=""))
        return outgoing.by_request("GET", url, outgoing.ANYWHERE)
    if not chosen.mail_url:
        return Outcome("notice:unset")
    stop = f"{chosen.base_url}/news/{tip.reference}/{reachable.stop_token(services.key, tip, letter.way)}"
    one_click = f"&+List-Unsubscribe={quote(f'<{stop}>', safe='')}"
    one_click += f"&+List-Unsubscribe-Post={quote('List-Unsubscribe=One-Click', safe='')}"
    address = Address("mail", station_mail(chosen.mail_url, to, one_click))
    text += "\n\n" + wording.stop_line(locale, stop)
    title = wording.title(locale, chosen.station) + f" {tip.reference}"
    return outgoing.by_apprise(address, text, outgoing.ANYWHERE, title=title)


def _settle(tx: Transaction, letter: Letter, outcome: Outcome) -> None:
    way = tx.get(ReporterChannel, letter.tip.id)
    if outcome.fault is None:
        tries.sent(tx, letter.rows)
    else:
        longest = LONGEST if outcome.fault in OF_THE_SERVER else tries.LONGEST
        tries.failed(tx, letter.rows, outcome.fault, for_good=outcome.fault in FOR_GOOD, longest=longest)
    if way is not None:
        way.failure = outcome.fault
        way.sent_at = clock.now() if outcome.fault is None else way.sent_at
