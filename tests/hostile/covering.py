"""The part of the machine in which files are covered: drafts of two people, copies made, confirmed, removed.

What must hold: a copy may leave only while somebody said to have looked at all of it, a removed one never,
and an erased tip leaves neither draft nor copy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

import storage
from tipline.db import Transaction
from tipline.domain import derivatives, evidence, redacting, redactions, renditions
from tipline.domain.actors import Actor
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.errors import TiplineError
from tipline.services import Services

PICK = st.sampled_from((0, 0, 1, 2))
PICTURE = b"\xff\xd8\xff\xe0" + b"a-covered-copy" * 4
BOX = {"source": "hand", "boxes": [[0, 0.1, 0.1, 0.2, 0.2]]}


@dataclass
class Copy:
    """A covered copy as whoever asked for it knows it."""

    evidence: str
    name: str
    looked: bool = False
    removed: bool = False


class Covering:
    """Mixed into the machine, which has the station, its people and its files."""

    station: Services
    li: Actor
    wang: Actor
    covered: dict[int, Copy]
    known: dict[str, Any]
    number: int
    _writing: Callable[[], Any]
    _read: Callable[[str], bytes | None]

    @rule(pick=PICK, who=st.sampled_from(("li", "wang")), is_late=st.sampled_from((False, False, True)))
    def draw_boxes(self, pick: int, who: str, is_late: bool) -> None:
        """On top of what was read, or of an older version, which must be refused."""
        file_id = self._file(pick)
        with suppress(TiplineError), self._writing() as tx:
            file = _seen(tx, file_id)
            before = redactions.find_draft(tx, file)
            version = before.version if before else 0
            self.number += 1
            tracks = [{**BOX, "id": f"h-{self.number}"}]
            asked = max(version - 1, 0) if is_late else version
            row = redactions.save(tx, getattr(self, who), file, asked, {"tracks": tracks})
            assert row.version == version + 1
            assert asked == version, "an older draft overwrote a newer one"

    @rule(pick=PICK)
    def burn_in(self, pick: int) -> None:
        """Somebody draws, has a covered copy made, and the worker is quick."""
        file_id = self._file(pick)
        self.draw_boxes(pick, "li", is_late=False)
        with suppress(TiplineError), self._writing() as tx:
            file = _seen(tx, file_id)
            draft = redactions.find_draft(tx, file)
            version = draft.version if draft else 0
            row = redacting.burn(tx, self.station.bell, self.li, file, version=version)
            name = f"redaction-{row.id}.jpg"
            self.station.store.put(storage.keys.rendition(file.id, name), PICTURE)
            digest = hashlib.sha256(PICTURE).hexdigest()
            renditions.keep(
                tx, file.id, name=name, kind=renditions.REDACTION, provenance={}, mime="image/jpeg",
                size=len(PICTURE), sha256=digest, width=32, height=18, t=None, frame=None,
            )  # fmt: skip
            derivatives.finish(tx, row.id, rendition=name, found={"covered": 1, "frames": 1}, sha256=digest)
            self.covered[row.id] = Copy(file.id, name)

    @precondition(lambda self: self.covered)
    @rule(pick=PICK, looked=st.sampled_from((True, True, False)))
    def say_looked(self, pick: int, looked: bool) -> None:
        number, copy = self._copy(pick)
        with suppress(TiplineError), self._writing() as tx:
            row = derivatives.read_derivative(tx, _seen(tx, copy.evidence).id, number)
            (redacting.confirm if looked else redacting.withdraw)(tx, self.wang, row)
            copy.looked = looked

    @precondition(lambda self: self.covered)
    @rule(pick=PICK)
    def remove_copy(self, pick: int) -> None:
        number, copy = self._copy(pick)
        with suppress(TiplineError), self._writing() as tx:
            row = derivatives.read_derivative(tx, _seen(tx, copy.evidence).id, number)
            derivatives.remove(tx, self.li, row)
            copy.removed = True

    @precondition(lambda self: self.covered)
    @rule(pick=PICK)
    def restore_copy(self, pick: int) -> None:
        number, copy = self._copy(pick)
        with suppress(TiplineError), self._writing() as tx:
            redacting.restore(tx, self.li, _seen(tx, copy.evidence), number)
            copy.removed = False

    @invariant()
    def only_a_covered_copy_that_was_looked_at_may_leave(self) -> None:
        with self.station.database.reading() as tx:
            for evidence_id in {one.evidence for one in self.covered.values()}:
                file = tx.get_one(Evidence, evidence_id)
                if tx.get_one(Tip, file.tip_id).erased_at is not None:
                    assert redactions.find_draft(tx, file) is None, "an erased file keeps a draft"
                    assert redacting.may_leave(tx, file) == []
                    continue
                fit = {one.name for one in redacting.may_leave(tx, file)}
                of_file = [one for one in self.covered.values() if one.evidence == evidence_id]
                assert fit == {one.name for one in of_file if one.looked and not one.removed}

    @invariant()
    def of_an_erased_tip_no_covered_copy_is_left(self) -> None:
        with self.station.database.reading() as tx:
            for copy in self.covered.values():
                file = tx.get_one(Evidence, copy.evidence)
                is_erased = tx.get_one(Tip, file.tip_id).erased_at is not None
                there = self._read(storage.keys.rendition(copy.evidence, copy.name))
                assert there == (None if is_erased else PICTURE)

    # --- how

    def _file(self, pick: int) -> str:
        files = [one.evidence for tip in self.known.values() for one in tip.files]
        return str(files[pick % len(files)])

    def _copy(self, pick: int) -> tuple[int, Copy]:
        number = list(self.covered)[pick % len(self.covered)]
        return number, self.covered[number]


def _seen(tx: Transaction, evidence_id: str) -> Evidence:
    """A file of a tip that is not erased, as its examination saw it: a photo."""
    file = evidence.read_evidence(tx, evidence_id)
    file.kind = "photo"
    return file
