"""What goes into a package, gathered in one reading: a case as it stands at one moment.

What has arrived is in; what has not is listed as missing, never waited for. Contact details are not gathered
at all: they are sealed to officers, and no package needs them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import NamedTuple

from sqlalchemy import and_, or_, select

from tipline.db import Transaction
from tipline.domain import accounts, briefs, custody, exhibits, links, packing_names, placing, redacting
from tipline.domain import renditions as renditions_of
from tipline.domain.accounts import Account
from tipline.domain.cases import Case
from tipline.domain.custody import Custody
from tipline.domain.evidence import Evidence
from tipline.domain.exhibits import Exhibit, Gap
from tipline.domain.links import Link
from tipline.domain.packing_options import Options
from tipline.domain.placing import Placement
from tipline.domain.renditions import Rendition
from tipline.domain.tips import Tip

# What the options call the renditions.
KINDS = {
    renditions_of.KEYFRAME: "keyframes",
    renditions_of.SHEET: "sheets",
    renditions_of.COPY: "copies",
    renditions_of.STILL: "exports",
    renditions_of.CLIP: "exports",
}
# Of the log nothing goes along that tells of contact details, of letters, or of who was given a receipt.
WITHHELD = ("contact:", "message:", "receipt:", "token:", "share:")


class Piece(NamedTuple):
    """Something made from an original, and where it lies in the package."""

    row: Rendition
    path: str


@dataclass(frozen=True)
class Item:
    """One file of the list of evidence. `path` is None where it stays behind: covered copies, erased."""

    number: str
    file: Evidence
    tip: Tip
    when: Placement
    path: str | None
    pieces: list[Piece]
    covered: list[Piece]


@dataclass(frozen=True)
class Contents:
    """All of it; `snapshot` is how long the custody log was at that moment."""

    case: Case
    snapshot: int
    linked: list[tuple[Link, Tip]]
    items: list[Item]
    gaps: list[Gap]
    missing: list[tuple[Evidence, Tip]]
    people: dict[str, str]
    lead: str
    merged: list[str]

    @property
    def references(self) -> list[str]:
        return [tip.reference for _link, tip in self.linked]

    @property
    def bytes(self) -> int:
        """What the store has to read for it, as the database knows it."""
        originals = sum(one.file.size for one in self.items if one.path)
        return originals + sum(piece.row.size for one in self.items for piece in (*one.pieces, *one.covered))


def gather(tx: Transaction, case: Case, wanted: Options, zone: tzinfo) -> Contents:
    numbering = exhibits.places(tx, case)
    listed = exhibits.list_exhibits(tx, case, limit=None, numbering=numbering).exhibits
    evidence_ids = [one.file.id for one in listed]
    facts = briefs.of_time(tx, evidence_ids)
    made = renditions_of.list_of_many(tx, evidence_ids) if any(_kinds(wanted)) else {}
    linked = links.list_tips_of(tx, case)
    items = [
        Item(
            number=one.number,
            file=one.file,
            tip=one.tip,
            when=placing.placed(one.file, one.tip, zone, facts[one.file.id]),
            path=_path(one) if wanted.originals and one.file.arrived else None,
            pieces=_pieces(one.number, made.get(one.file.id, []), _kinds(wanted)),
            covered=_covered(tx, one.number, one.file) if wanted.redacted and one.file.arrived else [],
        )
        for one in listed
    ]
    staff: list[Account] = accounts.list_accounts(tx)
    return Contents(
        case=case,
        snapshot=custody.size(tx),
        linked=linked,
        items=items,
        gaps=exhibits.gaps(tx, case, numbering),
        missing=_missing(tx, [tip for _link, tip in linked]),
        people={one.username: one.display_name for one in staff},
        lead=next((one.display_name for one in staff if one.id == case.lead_id), ""),
        merged=list(tx.scalars(select(Case.number).where(Case.merged_into_id == case.id))),
    )


def entries(tx: Transaction, contents: Contents) -> Iterator[Custody]:
    """The custody of this case and its evidence up to the snapshot, in the order it was written.

    Of an anonymous report the reporter's own acts stay behind, but for the receipt of files: each bears the
    very second. So does what other cases did with the same tips.
    """
    ours = [f"case:{number}" for number in (contents.case.number, *contents.merged)]
    anonymous = [f"reporter:{tip.reference}" for _link, tip in contents.linked if tip.anonymous]
    of_tips = and_(
        Custody.tip.in_(contents.references),
        or_(Custody.subject.not_like("case:%"), Custody.subject.in_(ours)),
        or_(Custody.actor.not_in(anonymous), Custody.action == "evidence:receive"),
        *(Custody.action.not_like(f"{family}%") for family in WITHHELD),
    )
    query = select(Custody).where(
        Custody.seq <= contents.snapshot,
        or_(Custody.subject.in_(ours), of_tips, Custody.action.in_(("key:make", "key:retire"))),
    )
    yield from tx.scalars(query.order_by(Custody.seq).execution_options(yield_per=500))


def covers_any(tx: Transaction, case: Case) -> bool:
    """Whether there is a covered copy that may leave the house."""
    listed = exhibits.list_exhibits(tx, case, limit=None).exhibits
    return any(one.file.arrived and redacting.may_leave(tx, one.file) for one in listed)


def hashes(tx: Transaction, size: int) -> Iterator[bytes]:
    """The hashes of the first entries of the whole log: the leaves of its tree."""
    query = select(Custody.hash).where(Custody.seq <= size).order_by(Custody.seq)
    for one in tx.scalars(query.execution_options(yield_per=5000)):
        yield bytes.fromhex(one)


def _path(one: Exhibit) -> str:
    return packing_names.original(one.number, one.file.filename)


def _kinds(wanted: Options) -> list[str]:
    return [kind for kind, name in KINDS.items() if getattr(wanted, name)]


def _pieces(number: str, made: list[Rendition], kinds: list[str]) -> list[Piece]:
    chosen = [one for one in made if one.kind in kinds and not one.is_provisional]
    return [Piece(one, packing_names.rendition(number, one.name)) for one in chosen]


def _covered(tx: Transaction, number: str, file: Evidence) -> list[Piece]:
    fit = redacting.may_leave(tx, file)
    return [Piece(one, packing_names.redacted(number, one.name)) for one in fit]


def _missing(tx: Transaction, tips: list[Tip]) -> list[tuple[Evidence, Tip]]:
    """Announced and not here: still on its way, or never finished."""
    by_id = {one.id: one for one in tips}
    query = select(Evidence).where(Evidence.tip_id.in_(by_id), Evidence.state.in_(("uploading", "expired")))
    return [(one, by_id[one.tip_id]) for one in tx.scalars(query.order_by(Evidence.tip_id, Evidence.number))]
