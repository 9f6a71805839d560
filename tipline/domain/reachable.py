"""How a reporter wants to hear that there is news: a mail address or a phone, if they leave one at all.

Sealed under the station's secret, for its own servers use it at night when no officer is there to open a
seal; so it is kept apart from the contact details, which are sealed to officers. It is told nothing but a
number and a link, ends in one tap, and goes with the tip.
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime

from sqlalchemy import delete, select

from tipline.db import Transaction
from tipline.domain import clock, custody, ids, notices, sealing
from tipline.domain.actors import Actor
from tipline.domain.addresses import MAIL
from tipline.domain.channels import ReporterChannel
from tipline.domain.notices import Notice
from tipline.domain.tips import Tip, touch
from tipline.errors import TiplineError

PURPOSE = "reporter channel"
MAIL_WAY, SMS_WAY = "mail", "sms"
PHONE = re.compile(r"\+?[0-9]{6,15}")


def leave(tx: Transaction, key: str, actor: Actor, tip: Tip, way: str, typed: str) -> ReporterChannel:
    """Keep this one; it takes the place of another."""
    to = read_way(way, typed)
    tx.execute(delete(ReporterChannel).where(ReporterChannel.tip_id == tip.id))
    sealed = sealing.seal(key, PURPOSE, to.encode(), of=f"tip:{tip.id}")
    row = ReporterChannel(tip_id=tip.id, scheme=way, sealed=sealed, created_at=clock.now())
    tx.add(row)
    custody.append(tx, actor, "news:ask", f"tip:{tip.reference}", tip=tip.reference, way=way)
    touch(tip)
    return row


def read_way(way: str, typed: str) -> str:
    """The address or the number that was typed; raises news:mail-unclear or news:phone-unclear."""
    to = typed.strip() if way == MAIL_WAY else re.sub(r"[\s()-]", "", typed)
    if not (MAIL if way == MAIL_WAY else PHONE).fullmatch(to):
        code = "news:mail-unclear" if way == MAIL_WAY else "news:phone-unclear"
        raise TiplineError(code, fields={"news": code})
    return to


def stop(tx: Transaction, actor: Actor, tip: Tip) -> bool:
    """Forget it, and what waits for it; whether there was one."""
    row = tx.get(ReporterChannel, tip.id)
    if row is None:
        return False
    tx.delete(row)
    tx.execute(delete(Notice).where(notices.of(notices.REPORTERS, 0), Notice.tip_id == tip.id))
    custody.append(tx, actor, "news:stop", f"tip:{tip.reference}", tip=tip.reference, way=row.scheme)
    touch(tip)
    tx.flush()
    return True


def find(tx: Transaction, tip: Tip) -> ReporterChannel | None:
    return tx.get(ReporterChannel, tip.id)


def open_way(key: str, row: ReporterChannel) -> str:
    """For whoever sends; raises sealing.Unopened."""
    return sealing.open_sealed(key, PURPOSE, row.sealed, of=f"tip:{row.tip_id}").decode()


def shown(key: str, row: ReporterChannel) -> str:
    """As its owner may recognise it and nobody else learns it."""
    try:
        to = open_way(key, row)
    except sealing.Unopened:
        return "…"
    name, at, host = to.partition("@")
    return f"{name[:1]}…{at}{host}" if at else f"…{to[-3:]}"


def stop_token(key: str, tip: Tip, row: ReporterChannel) -> str:
    """Opens nothing but the end of these messages."""
    return _stop_token(key, tip.reference, row.created_at)


def is_stopped_by(tx: Transaction, key: str, reference: str, token: str) -> bool:
    """Whether this link ends the news on this tip. The same work whatever it names: one look, one
    comparison; so time does not tell which tips there are, or whose providers left an address."""
    query = select(ReporterChannel.created_at).join(Tip, Tip.id == ReporterChannel.tip_id)
    since = tx.scalar(query.where(Tip.reference == reference, Tip.erased_at.is_(None)))
    wanted = _stop_token(key, reference, since or clock.now())
    # Compared as bytes: words of other scripts are a wrong link like any other.
    return hmac.compare_digest(wanted.encode(), token.encode()) and since is not None


def _stop_token(key: str, reference: str, since: datetime) -> str:
    return ids.keyed_hash(key, "news-stop", f"{reference} {clock.stamp(since)}")[:32]
