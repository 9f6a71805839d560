"""What waits for whoever looks: the numbers in the bar of every page of the desk, read in one go."""

from __future__ import annotations

from typing import NamedTuple

from tipline.domain import alerts, escalations, listening, mentions, rights
from tipline.web import current


class Badges(NamedTuple):
    """How many there are of each; 0 where whoever looks has nothing to do with it."""

    waiting: int  # tips that the response clock told this account of
    mentions: int  # notes that name it and were not opened yet
    alerts: int
    paused: int  # channels of its own that failed too often


def of_me() -> Badges:
    person = current.staff()
    me = person.id
    with current.reading() as tx:
        return Badges(
            escalations.count_waiting(tx, me) if rights.may(person.actor, "tip:act") else 0,
            mentions.count_unseen(tx, me),
            alerts.count_unseen(tx, current.actor()) if rights.may(person.actor, "alert:read") else 0,
            listening.count_paused(tx, me),
        )
