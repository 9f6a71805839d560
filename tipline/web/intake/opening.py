"""The first moment of a tip, for every door: saved, with its receipt, before a byte of a file comes."""

from __future__ import annotations

from typing import NamedTuple

from tipline import i18n
from tipline.domain import receipts, tips
from tipline.domain.actors import reporter
from tipline.domain.reports import Report
from tipline.domain.tips import Tip
from tipline.web import current


class Opened(NamedTuple):
    """A new tip, the code to come back with, and access for this visit."""

    tip: Tip
    code: str
    token: str


def open_tip(report: Report, *, door: str, submit: bool = False) -> Opened:
    """Save the report; with `submit` it is handed to the desk at once."""
    services = current.services()
    minutes = services.settings.ack_minutes
    language = i18n.nearest(report.language) or current.locale()
    with services.database.transaction() as tx:
        tip = tips.begin(tx, report, language=language, door=door, ack_minutes=minutes)
        code = receipts.issue(tx, services.key, tip)
        token = receipts.open_access(tx, services.key, tip)
        if submit:
            tips.submit(tx, tip, reporter(tip.reference), ack_minutes=minutes, zone=current.zone())
    return Opened(tip, code, token)


def submit(tip: Tip) -> None:
    """Hand a draft to the desk; a tip that has been handed in stays as it is."""
    services = current.services()
    with services.database.transaction() as tx:
        fresh = tips.read_tip(tx, tip.reference)
        tips.submit(
            tx, fresh, reporter(fresh.reference), ack_minutes=services.settings.ack_minutes,
            zone=current.zone(),
        )  # fmt: skip


def correct(tip: Tip, report: Report) -> None:
    """The reporter changed the draft."""
    with current.services().database.transaction() as tx:
        tips.rewrite(tx, tips.read_tip(tx, tip.reference), report)
