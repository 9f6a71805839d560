"""What is deleted of an erased tip: two tables, one of objects in the store, one of rows.

Whoever keeps something new of a tip adds a line here. Each line may be carried out twice, since an erasure
that broke off goes on from its beginning. What stays is the tip's row without words, its files as numbers,
sizes and digests, the receipt code's hash (so that its holder reads what became of the tip), links and the
log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, delete, or_, select, update

from storage import keys
from tipline.db import Base, Transaction
from tipline.domain import (
    answering,
    apart,
    clock,
    incidents,
    packages,
    referring,
    search,
    sharing,
    sketches,
    stills,
    traits,
    unsent,
)
from tipline.domain.actors import SYSTEM
from tipline.domain.acts import Act
from tipline.domain.attached import Attached
from tipline.domain.channels import ReporterChannel
from tipline.domain.contacts import Contact
from tipline.domain.derivatives import Derivative
from tipline.domain.erasures import Erasure
from tipline.domain.escalations import Escalation
from tipline.domain.evidence import NEVER_CAME, Evidence
from tipline.domain.hints import Hint
from tipline.domain.incidents import Incident
from tipline.domain.marks import Mark
from tipline.domain.mentions import Mention
from tipline.domain.messages import Message
from tipline.domain.notices import Notice
from tipline.domain.outbox import Outbox
from tipline.domain.presence import Presence
from tipline.domain.receipts import Access
from tipline.domain.redactions import Redaction
from tipline.domain.rematches import Rematch
from tipline.domain.renditions import Rendition
from tipline.domain.shares import Share
from tipline.domain.sightings import Sighting
from tipline.domain.signatures import SignedReceipt
from tipline.domain.steps import Step
from tipline.domain.taken import TakenFile
from tipline.domain.tips import Tip
from tipline.domain.unread import Look
from tipline.domain.uploads import Upload

Rows = Callable[[Transaction, Tip], None]


class Doomed(NamedTuple):
    """What of a tip lies in the store: `prefixes` mean everything below them."""

    keys: list[str]
    prefixes: list[str]
    sessions: list[str]


def close_doors(tx: Transaction, tip: Tip) -> None:
    """In the moment the erasure begins: nothing of it opens any more, nothing more is done with it."""
    mine = Evidence.tip_id == tip.id
    tx.execute(update(Evidence).where(mine, Evidence.state.not_in(NEVER_CAME)).values(state="erased"))
    tx.execute(update(Evidence).where(mine, Evidence.state == "uploading").values(state="expired"))
    tx.execute(
        update(Upload).where(Upload.tip_id == tip.id, Upload.state == "active").values(state="removed")
    )
    tx.execute(delete(Access).where(Access.tip_id == tip.id))
    _end_jobs(tx, tip)
    sharing.drop_of_tip(tx, tip, SYSTEM)
    stills.drop_of_tip(tx, SYSTEM, tip)
    referring.drop_of_tip(tx, tip)


def doomed(tx: Transaction, tip: Tip) -> Doomed:
    """Everything of the tip in the store, whatever the tables say of it."""
    files = list(tx.scalars(_files(tip)))
    sessions = list(tx.scalars(select(Upload.session).where(Upload.tip_id == tip.id)))
    return Doomed(
        [keys.original(one) for one in files] + [one for make in OBJECTS for one in make(tx, tip)],
        [keys.rendition_prefix(one) for one in files],
        sessions,
    )


def wipe(tx: Transaction, tip: Tip) -> None:
    """All rows of the table below, and the tip's own words."""
    for rows in ROWS.values():
        rows(tx, tip)
        tx.flush()
    tip.revision, tip.changed_at = tip.revision + 1, clock.now()


def _files(tip: Tip) -> Select[str]:
    return select(Evidence.id).where(Evidence.tip_id == tip.id)


def _gone(*tables: type[Base]) -> Rows:
    """Rows that name the tip, or one of its files, go."""

    def rows(tx: Transaction, tip: Tip) -> None:
        for table in tables:
            columns = table.__table__.c
            names = columns.tip_id == tip.id if "tip_id" in columns else columns.evidence_id.in_(_files(tip))
            tx.execute(delete(table).where(names))

    return rows


def _end_jobs(tx: Transaction, tip: Tip) -> None:
    """A worker that is at one has lost its lease and changes nothing more."""
    files = [*tx.scalars(_files(tip))]
    mine = or_(Outbox.tip_id == tip.id, Outbox.subject.in_(files))
    tx.execute(update(Outbox).where(mine).values(state="done", token=None, finished_at=clock.now()))


def _forget_copies(tx: Transaction, tip: Tip) -> None:
    """Who was given what, and when, stays; what was given does not. Their bytes lie among the renditions."""
    sharing.drop_of_tip(tx, tip, SYSTEM)
    tx.flush()
    tx.execute(update(Share).where(Share.evidence_id.in_(_files(tip))).values(derivative_id=None))


def _forget_stills(tx: Transaction, tip: Tip) -> None:
    stills.drop_of_tip(tx, SYSTEM, tip)


def _forget_acts(tx: Transaction, tip: Tip) -> None:
    """Their ways back hold what stood before: words of notes, marks, places on the map."""
    subjects = [
        f"{noun}:{number}"
        for noun, table in (("sighting", Sighting), ("mark", Mark), ("derivative", Derivative))
        for number in tx.scalars(select(table.id).where(table.evidence_id.in_(_files(tip))))
    ]
    found = (Act.tip_id == tip.id) | Act.subject.in_([*subjects, *_of_files(tx, tip)])
    tx.execute(delete(Act).where(found))


def _of_files(tx: Transaction, tip: Tip) -> Iterator[str]:
    return (f"evidence:{one}" for one in tx.scalars(_files(tip)))


def _forget_messages(tx: Transaction, tip: Tip) -> None:
    mine = select(Message.id).where(Message.tip_id == tip.id)
    tx.execute(delete(Attached).where(Attached.message_id.in_(mine)))
    tx.execute(delete(Mention).where(Mention.message_id.in_(mine)))
    tx.execute(delete(Message).where(Message.tip_id == tip.id))


def _forget_findings(tx: Transaction, tip: Tip) -> None:
    """What it was found by, and what it was found with."""
    traits.forget(tx, sketches.of(tip))
    search.forget(tx, tip.id)
    tx.execute(delete(Hint).where(or_(Hint.tip_id == tip.id, Hint.other_id == tip.id)))


def _forget_begun(tx: Transaction, tip: Tip) -> None:
    """Texts that officers began to write, and who has it open."""
    page = f"/desk/tips/{tip.reference}"
    unsent.forget_under(tx, f"tip:{tip.reference}/", f"{page}/", f"{page}#")
    tx.execute(delete(Presence).where(Presence.subject == f"tip:{tip.reference}"))


def _forget_place(tx: Transaction, tip: Tip) -> None:
    """An erased tip leaves its incident, but not the words and the spot that were taken from it."""
    incident = tx.get(Incident, tip.incident_id) if tip.incident_id else None
    if incident is None:
        return
    if incident.place == tip.place:
        incident.place = ""
    if (incident.lat, incident.lon) == (tip.lat, tip.lon):
        incident.lat = incident.lon = None
    unsent.forget_under(tx, f"/desk/incidents/{incident.reference}/change#")
    # The ways back of its corrections hold what stood before.
    own = Act.subject == f"incident:{incident.id}"
    tx.execute(delete(Act).where(own, Act.kind == "incident:change"))
    incidents.touch(incident)


def _blank_files(tx: Transaction, tip: Tip) -> None:
    """Numbers, sizes and digests stay; they are the tombstone, and the numbering of cases rests on them."""
    tx.execute(
        update(Evidence)
        .where(Evidence.tip_id == tip.id)
        .values(
            filename="", declared_type="", media=None, camera="", clock_reading=None, clock_offset_s=None,
            clock_source=None, client_sha256=None, duration_s=None, failure=None, telling_t=None,
        )
    )  # fmt: skip
    tx.execute(update(TakenFile).where(TakenFile.tip_id == tip.id).values(path=""))
    tx.execute(update(Erasure).where(_asked_by_reporter(tip)).values(reason=""))


def _asked_by_reporter(tip: Tip) -> ColumnElement[bool]:
    return (Erasure.tip_id == tip.id) & Erasure.asked_by.startswith("reporter:")


def _blank_tip(tx: Transaction, tip: Tip) -> None:
    tip.text = tip.place = tip.rating_words = ""
    for name in (
        "occurred_at", "occurred_until", "lat", "lon", "beat", "shop", "clock_offset_s", "clock_source",
        "clock_reading", "overwrites_at", "overwrites_said_at", "overwrite_told_at", "assignee_id",
        "snoozed_until", "news_at", "escalates_at", "bulletin_id",
    ):  # fmt: skip
        setattr(tip, name, None)


def _package_keys(tx: Transaction, tip: Tip) -> list[str]:
    return [one.key for one in packages.list_of_tip(tx, tip)]


def _end_packages(tx: Transaction, tip: Tip) -> None:
    packages.drop_of_tip(tx, SYSTEM, tip)


# Keys in the store beside originals and what lies under their renditions.
OBJECTS: list[Callable[[Transaction, Tip], list[str]]] = [_package_keys]

# In this order: rows that point at others go before them.
ROWS: dict[str, Rows] = {
    "acts": _forget_acts,
    "jobs": _end_jobs,
    "shares": _forget_copies,
    "stills": _forget_stills,
    "packages": _end_packages,
    "findings": _forget_findings,
    "begun": _forget_begun,
    "thread": _forget_messages,
    "referrals": referring.drop_of_tip,
    "asking": answering.forget,
    "contact": _gone(Contact),
    "notices": _gone(Notice, ReporterChannel),
    "made": _gone(Derivative, Redaction, Mark, Sighting, Step, Rendition),
    "uploads": _gone(Upload),
    "receipts": _gone(SignedReceipt, Access),
    "looks": _gone(Look, Rematch, Escalation),
    "apart": apart.forget,
    "incident": _forget_place,
    "files": _blank_files,
    "tip": _blank_tip,
}
