"""`python -m workers.demo`: fills an empty instance with the invented district and says how to get in."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from tipline import logs
from tipline import services as wiring
from tipline import settings as reading
from tipline.bell import SilentBell
from tipline.domain import clock, onetime
from tipline.domain.accounts import Account
from tipline.domain.beats import Beat
from tipline.domain.outbox import Outbox
from tipline.domain.tips import Tip
from tipline.errors import N_
from tipline.i18n import say
from tipline.services import Services
from workers import sweep
from workers.demo import bulletins, done, footage, people, pulled_in, residents, sent, together
from workers.demo.play import Stage

TURN_WITHIN_S = 60
NOT_EMPTY = N_(
    "This instance already holds data, so the example district was not added. Nothing was changed."
)
BUSY = N_("Another process holds the instance busy. Wait a minute, then try again. Nothing was changed.")
FILLED = N_(
    "The example district is in place: %(tips)s tips, %(cases)s cases, %(files)s files. Keyframes appear as "
    "the workers get to them."
)
SIGN_IN = N_("Sign in at %(url)s. These passwords were made just now and are also kept in %(path)s:")
CODES = N_(
    "After the password %(names)s are asked for a code. Put the long letters into an app for one-time codes, "
    "or let %(command)s tell the present one; that works for these example people alone."
)
RECEIPT = N_("As a reporter: %(url)s with the receipt code %(code)s (%(reference)s).")
ASKED = "pharmacy"  # the tip whose reporter still owes an answer


def main() -> int:
    logs.configure()
    settings = reading.load(os.environ)
    services = wiring.build(settings)
    try:
        return _fill(services)
    finally:
        services.close()


def _fill(services: Services) -> int:
    locale = services.settings.locale
    if not is_empty(services):
        print(say(locale, NOT_EMPTY))
        return 0
    now = clock.now().astimezone(ZoneInfo(services.settings.timezone))
    with tempfile.TemporaryDirectory(prefix="tipline-demo-") as folder:
        drawn = footage.draw(sent.SENT, now, Path(folder))
        with _alone(services) as mine:
            if not mine:
                print(say(locale, BUSY))
                return 1
            stage = perform(services, now, drawn)
    _ring(services)
    _tell(services, stage)
    return 0


def _ring(services: Services) -> None:
    """From here on it is a station like any other. The newest first: it stands at the top of the queue."""
    with services.database.transaction() as tx:
        for row in tx.scalars(select(Outbox).order_by(Outbox.id.desc())):
            row.rung_at = clock.now()
            tx.after_commit.append(partial(services.bell, row.kind, row.id))


def is_empty(services: Services) -> bool:
    """Whether nobody has used this instance for anything yet."""
    with services.database.reading() as tx:
        return not any(tx.scalar(select(table).limit(1)) for table in (Tip, Account, Beat))


def perform(services: Services, now: datetime, drawn: dict[tuple[str, int], Path]) -> Stage:
    """Play the whole story. Nobody is rung for: no worker may begin in the middle of the past."""
    quiet = wiring.build(services.settings, store=services.store, bell=SilentBell())
    try:
        stage = Stage(quiet, now, drawn, done.CASES)
        stage.settle_in(people.PEOPLE, people.BEATS, people.SHOPS, people.BORDERS)
        reports = (*sent.SENT, *residents.SENT, *together.SENT)
        told = bulletins.steps(quiet, now, stage.actor(people.CHEN), stage.actor(people.ZHOU))
        told += stage.topics()
        stage.play(reports, (*done.ACTS, *residents.ACTS, *together.ACTS, *pulled_in.ACTS), told)
    finally:
        quiet.close()
    return stage


@contextmanager
def _alone(services: Services) -> Iterator[bool]:
    """Keep the sweep away: to it, invented times look like things left behind long ago."""
    end = time.monotonic() + TURN_WITHIN_S
    while time.monotonic() < end:
        alone = services.database.alone
        with alone(sweep.TURN) as is_still, alone(sweep.CLOCK) as is_clock_still:
            if is_still and is_clock_still:
                yield True
                return
        time.sleep(0.2)
    yield False


def _tell(services: Services, stage: Stage) -> None:
    locale, base = services.settings.locale, services.settings.base_url
    path = services.settings.data / "demo-passwords.txt"
    names = {person.username: f"{person.name}, {person.role}" for person in people.PEOPLE}
    apps = {name: onetime.spelt(secret) for name, secret in stage.apps.items()}
    lines = [
        f"{name:12}{secret}   {apps.get(name, '-'):32}   {names[name]}"
        for name, secret in stage.passwords.items()
    ]
    path.unlink(missing_ok=True)
    with open(path, "x", opener=_for_this_user) as file:
        file.write("\n".join(lines) + "\n")
    files = sum(len(tip.files) for tip in sent.SENT)
    number = len(sent.SENT) + len(residents.SENT) + len(together.SENT)
    print(say(locale, FILLED, tips=number, cases=len(done.CASES), files=files))
    print(say(locale, SIGN_IN, url=f"{base}/desk/sign-in", path=path))
    for line in lines:
        print(f"  {line}")
    print(say(locale, CODES, names=", ".join(apps), command=f"tipline user code {next(iter(apps), 'NAME')}"))
    reference = stage.reference(ASKED)
    print(say(locale, RECEIPT, url=f"{base}/status", code=stage.codes[ASKED], reference=reference))


def _for_this_user(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


if __name__ == "__main__":
    sys.exit(main())
