"""Files of a plain form, one after the other into the tip they belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from flask import request

from tipline.domain import cleaning, kinds, uploads
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced
from tipline.errors import TiplineError
from tipline.web import current, errors, lanes, limiting
from tipline.web.intake import multipart

# A form that carries footage too names the photo of the recorder's clock like this.
CLOCK_PHOTO = "clock_photo"


@dataclass(frozen=True)
class Terms:
    """On whose behalf files come, and what of them is taken. Without any: a reporter's, of every kind."""

    sent_by_id: int | None = None  # account that sends them for the reporter
    referral_id: int | None = None  # by whose link a partner sends them
    largest: int | None = None  # bytes of one, where that is less than the station's limit
    kinds: frozenset[str] = frozenset()
    unfit: str = ""  # code of the «no» to another kind


REPORTERS = Terms()


@dataclass
class Taken:
    """What came of a form: its fields, how many files were received, and why others were not.

    `again` of them were here already, as after a line that was cut before the answer.
    """

    fields: dict[str, str] = field(default_factory=dict)
    received: int = 0
    again: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)  # name and sentence
    tip: Tip | None = None
    terms: Terms = REPORTERS
    ended: TiplineError | None = None  # why what is here is not all


def take_form(owner: Callable[[dict[str, str]], Tip], terms: Terms = REPORTERS) -> Taken:
    """Read the whole form. `owner` says, from the fields before the first file, whose files these are."""
    taken = Taken(terms=terms)
    with lanes.lane(limiting.sender()):
        try:
            _take_parts(taken, owner)
        except TiplineError as fault:
            if fault.code not in multipart.ENDS:
                raise
            taken.ended = fault
    return taken


def _take_parts(taken: Taken, owner: Callable[[dict[str, str]], Tip]) -> None:
    for part in multipart.parts():
        if not part.is_file:
            taken.fields.setdefault(part.name, part.text)
            continue
        first = next(part.pieces, b"")
        if not part.filename and not first:
            continue  # a file field that was left empty
        if taken.tip is None:
            taken.tip = owner(taken.fields)
        try:
            _take(taken, taken.tip, part, first)
            taken.received += 1
        except TiplineError as fault:
            if fault.code in multipart.ENDS:
                raise
            if fault.code == "referral:file-here":
                taken.again += 1
                continue
            taken.refused.append((cleaning.clean_name(part.filename or ""), errors.sentence(fault)))


def _take(taken: Taken, tip: Tip, part: multipart.Part, first: bytes) -> None:
    terms = taken.terms
    if not first:
        raise TiplineError("evidence:empty")
    # Each file counts, however many come in one form: as with those that are announced one by one.
    limiting.spend(limiting.UPLOADS, terms.sent_by_id)
    if terms.kinds:
        first = _head(first, part.pieces)
        if kinds.classify(first, len(first)).kind not in terms.kinds:
            raise TiplineError(terms.unfit)
    limit = min(current.settings().max_file_bytes, terms.largest or current.settings().max_file_bytes)
    # A form does not say how long each of its files is; none is longer than the whole.
    announced = Announced(
        min(request.content_length or limit, limit), part.filename or "", part.filetype,
        purpose="clock" if part.name == CLOCK_PHOTO else taken.fields.get("purpose", "footage"),
        sent_by_id=terms.sent_by_id, referral_id=terms.referral_id,
    )  # fmt: skip
    try:
        current.services().receiver.take(
            tip.id, announced, chain([first], part.pieces), sender=limiting.sender()
        )
    except TiplineError as fault:
        if fault.code != "upload:too-much":
            raise
        raise TiplineError("upload:too-large", limit=uploads.readable(limit)) from fault


def _head(first: bytes, pieces: Iterator[bytes]) -> bytes:
    """As much as a kind is told by; a piece may be a few bytes."""
    while len(first) < kinds.HEAD_BYTES and (more := next(pieces, b"")):
        first += more
    return first
