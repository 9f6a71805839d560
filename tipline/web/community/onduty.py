"""Who answers on a beat right now, in words. Never a name of the rota: residents know what the page says."""

from __future__ import annotations

from typing import NamedTuple

from tipline.db import Transaction
from tipline.domain import clock, duties
from tipline.errors import N_
from tipline.web import current


class OnDuty(NamedTuple):
    """`tone` and `icon` are those of a status; `sentence` is a key of the catalogue."""

    tone: str
    icon: str
    sentence: str


OFFICER = OnDuty("used", "shield-check", N_("The beat officer is on duty now"))
DEPUTY = OnDuty("used", "shield-check", N_("A colleague stands in for the beat officer now"))
ON_CALL = OnDuty("new", "moon", N_("Outside duty hours: the officer on call answers"))
NOBODY = OnDuty("waiting", "clock", N_("Nobody is on the rota right now. The station sees what you send"))


def now(tx: Transaction, beat: str | None) -> OnDuty:
    chain = duties.chain(tx, beat, clock.now(), current.zone())
    if chain.officers:
        return OFFICER
    if chain.deputies:
        return DEPUTY
    return ON_CALL if chain.on_call else NOBODY
