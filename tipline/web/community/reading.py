"""Counts how often bulletins are opened, without a trace of by whom: no cookie, no address, only a number.

A read costs no write: numbers gather in this process and go to the database together, seconds later. A
process that is killed loses what it gathered since; nothing else depends on these numbers.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from datetime import date

import structlog
from flask import current_app, request
from sqlalchemy.exc import SQLAlchemyError

from tipline.domain import clock, reads
from tipline.domain.bulletins import Bulletin
from tipline.services import Services
from tipline.web import current

log = structlog.get_logger(__name__)
GATHERED_S = 5.0
# Programs that say so; what lies about itself is counted, for these are numbers and no proof.
_PROGRAM = re.compile(r"bot|spider|crawl|slurp|preview|curl|wget|python|feed", re.IGNORECASE)
_AHEAD = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


class Gathered:
    """What this process has counted and not yet written down."""

    def __init__(self, services: Services) -> None:
        self._services, self._lock = services, threading.Lock()
        self._counted: Counter[tuple[int, date]] = Counter()
        self._timer: threading.Timer | None = None

    def note(self, bulletin_id: int, day: date) -> None:
        """One more; written down a few seconds after the first."""
        with self._lock:
            self._counted[bulletin_id, day] += 1
            if self._timer is None:
                self._timer = threading.Timer(GATHERED_S, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        """Write down what is here. What cannot be written now is written with the next."""
        with self._lock:
            counted, self._counted = self._counted, Counter()
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        if not counted:
            return
        try:
            with self._services.database.transaction() as tx:
                reads.add(tx, counted)
        except (SQLAlchemyError, OSError) as fault:
            log.warning("reads.wait", fault=type(fault).__name__)
            with self._lock:
                self._counted += counted


def gathered() -> Gathered:
    """This process's counts."""
    found: Gathered = current_app.extensions.setdefault("tipline.reads", Gathered(current.services()))
    return found


def note(row: Bulletin) -> None:
    """Somebody opened it, if this looks like somebody."""
    if is_read():
        gathered().note(row.id, current.local(clock.now()).date())


def is_read() -> bool:
    """Whether this request is a person's: no fetching ahead, no program, no officer at the desk."""
    if request.method != "GET" or any("prefetch" in request.headers.get(one, "") for one in _AHEAD):
        return False
    if "prerender" in request.headers.get("Sec-Purpose", ""):
        return False
    if request.headers.get("Sec-Fetch-Dest", "document") not in ("document", "iframe"):
        return False
    agent = request.headers.get("User-Agent", "")
    return bool(agent) and not _PROGRAM.search(agent) and not current.is_signed_in()
