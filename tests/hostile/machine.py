"""A station that anything may happen to in any order, and what must hold whatever does. Hypothesis drives it.

Tips come, files arrive in pieces, are resumed, repeated, taken back; processes die; tips are linked and
unlinked, held and set free; files are covered, the copies looked at, confirmed, taken back; files are shared,
looked at, taken back; erasures are asked for, agreed to,
called off and carried out; days pass; the station is backed up, lost, and brought back elsewhere. After each
step: what was acknowledged can be read again byte for byte, what is held was not erased, what was erased
cannot be read, no ended share opens, no covered copy leaves that nobody looked at, and the log is whole.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)
from sqlalchemy import select

import storage
from tests.hostile.covering import Copy, Covering
from tipline.backup import making, restoring
from tipline.backup.shelf import Shelf
from tipline.bell import SilentBell
from tipline.db import Transaction
from tipline.domain import (
    accounts,
    cases,
    clock,
    custody,
    derivatives,
    erasures,
    holds,
    ids,
    links,
    renditions,
    shares,
    sharing,
    tips,
)  # fmt: skip
from tipline.domain.actors import SYSTEM, Actor, reporter
from tipline.domain.evidence import Evidence
from tipline.domain.reports import Report
from tipline.domain.sharing import Wish
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced
from tipline.errors import TiplineError
from tipline.services import Services, build
from tipline.settings import Settings
from workers import erasing

BEGINNING = datetime(2026, 11, 22, 13, 30, tzinfo=UTC)
A_DAY = timedelta(days=1)
PHOTO = b"\xff\xd8\xff\xe0"
COPY = PHOTO + b"canary-of-a-shared-copy" * 4
# Which of the tips: mostly the same ones, so that acts meet.
PICK = st.sampled_from((0, 0, 1, 2))


@dataclass
class Sent:
    """A file as its sender knows it: what was said to have arrived, and whether all of it was."""

    tip: str
    upload: str
    evidence: str
    data: bytes
    said: int = 0
    whole: bool = False


@dataclass
class Known:
    """What whoever watches from outside knows of a tip."""

    reference: str
    words: str
    files: list[Sent] = field(default_factory=list)


class StationMachine(Covering, RuleBasedStateMachine):
    """Settings and a migrated database come from `make`, which the test hands in."""

    make: Callable[[Path], Settings]

    uploads = Bundle("uploads")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="tipline-machine-"))
        self.now, self.number = BEGINNING, 0
        self.known: dict[str, Known] = {}
        self.shared: dict[str, str] = {}
        self.places: dict[str, str] = {}
        self.covered: dict[int, Copy] = {}
        self.settings = type(self).make(self.folder / "first")
        self.station = self._start()

    def teardown(self) -> None:
        self.station.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @initialize(target=uploads)
    def a_working_station(self) -> Any:
        """People, a case, and two tips with a file each: one that is whole, one that still comes."""
        self._people()
        sent = [one for _ in range(2) if (one := self._begin_file(self._report(), 200))]
        self._send(sent[0], 400, 0)
        self._send(sent[1], 100, 0)
        return multiple(*sent)

    def _people(self) -> None:
        with self._writing() as tx:
            names = ("li", "investigator"), ("wang", "supervisor"), ("zhao", "admin")
            found = [accounts.add(tx, SYSTEM, name, role=role, password_hash="x") for name, role in names]
            self.li, self.wang, self.zhao = (one.actor for one in found)
            self.case = cases.open_case(tx, self.li, "系列盗窃", year=2026).number

    # --- reporters

    @rule()
    def report(self) -> None:
        self._report()

    def _report(self) -> str:
        self.number += 1
        words = f"canary-{self.number:04d}-灰衣男子"
        with self._writing() as tx:
            report = Report(category="theft", text=words, place="幸福超市")
            tip = tips.begin(tx, report, language="zh_Hans_CN", door="web", ack_minutes=2)
            tips.submit(tx, tip, reporter(tip.reference), ack_minutes=2)
        self.known[tip.reference] = Known(tip.reference, words)
        return tip.reference

    @rule(target=uploads, pick=PICK, size=st.integers(5, 300))
    def begin_file(self, pick: int, size: int) -> Any:
        return self._begin_file(self._picked(pick), size) or multiple()

    def _begin_file(self, tip: str, size: int) -> Sent | None:
        self.number += 1
        data = (PHOTO + f"canary-file-{self.number:04d}".encode() * 20)[:size]
        with self._refused() as refused, self._at():
            upload = self.station.receiver.begin(self._id(tip), Announced(len(data), "IMG.jpg"))
        if refused:
            return None
        sent = Sent(tip, upload.id, upload.evidence_id, data)
        self.known[tip].files.append(sent)
        return sent

    @rule(sent=uploads, much=st.sampled_from((400, 1, 60)), back=st.sampled_from((0, 0, 40)))
    def send(self, sent: Sent, much: int, back: int) -> None:
        self._send(sent, much, back)

    def _send(self, sent: Sent, much: int, back: int) -> None:
        """From where it was said to stand, or from a wrong place, like a phone that missed the answer."""
        at = max(sent.said - back, 0)
        with self._refused() as refused, self._at():
            pieces = [sent.data[at : at + much]]
            upload = self.station.receiver.append(sent.upload, self._id(sent.tip), at, pieces)
        if not refused:
            assert upload.offset >= at
            sent.said = upload.offset
            sent.whole = sent.whole or upload.state == "done"
        if refused == ["upload:offset-mismatch"]:
            with self._refused(), self._at():
                sent.said = self.station.receiver.look(sent.upload, self._id(sent.tip)).offset

    @rule(sent=uploads)
    def take_back(self, sent: Sent) -> None:
        with self._refused(), self._at():
            self.station.receiver.remove(sent.upload, self._id(sent.tip))

    # --- the desk

    @rule(pick=PICK)
    def link(self, pick: int) -> None:
        with self._deciding(pick) as (tx, row):
            links.link(tx, self.li, cases.read_case(tx, self.case), row, "同一手法")

    @rule(pick=PICK)
    def unlink(self, pick: int) -> None:
        with self._deciding(pick) as (tx, row):
            links.unlink(tx, self.li, cases.read_case(tx, self.case), row, "弄错了")

    @rule(pick=PICK)
    def hold(self, pick: int) -> None:
        with self._deciding(pick) as (tx, row):
            holds.set_on_tip(tx, self.wang, row.id, "检察院要求")

    @rule(pick=PICK)
    def set_free(self, pick: int) -> None:
        with self._deciding(pick) as (tx, row):
            for one in holds.list_over_tip(tx, row.id):
                if one.ended_at is None:
                    holds.end(tx, self.wang, one, "案件已结")

    @rule(pick=PICK)
    def ask_for_erasure(self, pick: int) -> None:
        with self._deciding(pick) as (tx, row):
            erasures.ask(tx, self.wang, row, "报案人要求")

    @rule(pick=PICK, by_the_same=st.sampled_from((False, False, True)))
    def agree(self, pick: int, by_the_same: bool) -> None:
        who: Actor = self.wang if by_the_same else self.zhao
        with self._deciding(pick) as (tx, row):
            found = erasures.find_open(tx, row.id)
            if found is not None:
                erasures.approve(tx, who, found)
                assert not by_the_same

    @rule(pick=PICK)
    def call_off(self, pick: int) -> None:
        with self._deciding(pick) as (tx, row):
            found = erasures.find_open(tx, row.id)
            if found is not None:
                erasures.call_off(tx, self.zhao, found, "再等等")

    @rule(pick=PICK)
    def erase_all_the_way(self, pick: int) -> None:
        self.ask_for_erasure(pick)
        self.agree(pick, by_the_same=False)
        self.pass_days(8)

    @rule(sent=uploads)
    def share(self, sent: Sent) -> None:
        """A copy for somebody outside is made, and its worker is quick."""
        with suppress(TiplineError), self._writing() as tx:
            file = tx.get(Evidence, sent.evidence)
            if file is None:  # taken back by its sender
                return
            wish = Wish(ids.new_id(), recipient="邻区 王警官", reason="辨认")
            made = sharing.make(tx, self.station.bell, self.station.key, self.li, file, wish)
            name = f"shared-{made.share.derivative_id}.jpg"
            self.station.store.put(storage.keys.rendition(file.id, name), COPY)
            digest = hashlib.sha256(COPY).hexdigest()
            renditions.keep(
                tx, file.id, name=name, kind="shared", provenance={}, mime="image/jpeg", size=len(COPY),
                sha256=digest, width=32, height=18, t=None, frame=None,
            )  # fmt: skip
            derivatives.finish(tx, made.share.derivative_id or 0, rendition=name, found={}, sha256=digest)
            self.shared[made.share.id] = made.code
            self.places[made.share.id] = storage.keys.rendition(file.id, name)

    @precondition(lambda self: self.shared)
    @rule(pick=PICK)
    def look_at_a_share(self, pick: int) -> None:
        share_id = list(self.shared)[pick % len(self.shared)]
        with suppress(TiplineError), self._writing() as tx:
            share = shares.read_share(tx, share_id)
            sharing.open_share(tx, self.station.key, share, self.shared[share_id], "")
            tip = tx.get_one(Tip, tx.get_one(Evidence, share.evidence_id).tip_id)
            assert share.revoked_at is None, "a share that was taken back opens"
            assert tip.erased_at is None, "a share of an erased tip opens"
            assert self.now < share.expires_at, "a share opens after its day"

    @precondition(lambda self: self.shared)
    @rule(pick=PICK)
    def take_share_back(self, pick: int) -> None:
        with self._writing() as tx:
            share = shares.read_share(tx, list(self.shared)[pick % len(self.shared)])
            sharing.revoke(tx, self.wang, share)

    # --- time, death, and the operator

    @rule(days=st.sampled_from((8, 1)))
    def pass_days(self, days: int) -> None:
        for _ in range(days):
            self.now += A_DAY
            with self._at():
                erasing.keep_rules(self.station)
                erasing.carry_out(self.station)

    @rule()
    def die(self) -> None:
        """Every process ends without a word; others start on what is there."""
        self.station = self._start()

    @rule()
    def lose_and_restore(self) -> None:
        """The disk burns a moment after the nightly backup."""
        self.number += 1
        backup = self.folder / "backup"
        with self._at():
            made = making.make(self.station, backup, _quiet)
            assert made.faults == []
            self.station.close()
            data = self.folder / f"restored-{self.number}"
            data.mkdir()
            moved = replace(
                self.settings, data=data, database_url=f"sqlite:///{data / 'tipline.db'}",
                store_url=f"file:{data / 'store'}",
            )  # fmt: skip
            restoring.restore(moved, storage.open_store(moved.store_url), Shelf(backup), "", _quiet)
        shutil.rmtree(self.settings.data)
        self.settings = moved
        self.station = self._start()
        # Bytes of files that were still coming are not in a backup; their senders ask where they stand.
        for sent in (one for tip in self.known.values() for one in tip.files if not one.whole):
            with self._refused(), self._at():
                sent.said = self.station.receiver.look(sent.upload, self._id(sent.tip)).offset

    # --- what must hold

    @invariant()
    def what_was_acknowledged_is_there_and_what_was_erased_is_not(self) -> None:
        with self.station.database.reading() as tx:
            for one in self.known.values():
                row = _row(tx, one.reference)
                assert not (row.erased_at and holds.is_held(tx, row.id)), "a held tip was erased"
                assert bool(row.text == one.words) is (row.erased_at is None)
                for sent in one.files:
                    self._look_at(tx, sent, erased=row.erased_at is not None)

    @invariant()
    def of_an_erased_tip_no_shared_copy_is_left(self) -> None:
        with self.station.database.reading() as tx:
            for share_id, key in self.places.items():
                file = tx.get_one(Evidence, shares.read_share(tx, share_id).evidence_id)
                is_erased = tx.get_one(Tip, file.tip_id).erased_at is not None
                assert self._read(key) == (None if is_erased else COPY)

    @invariant()
    def the_log_is_whole(self) -> None:
        with self.station.database.reading() as tx:
            assert custody.verify(tx) is None

    def _look_at(self, tx: Transaction, sent: Sent, *, erased: bool) -> None:
        there = self._read(storage.keys.original(sent.evidence))
        if erased:
            assert there is None, "an erased file can be read"
        elif sent.whole:
            assert there == sent.data, "an acknowledged file is not what was sent"
        else:
            file = tx.get(Evidence, sent.evidence)
            assert there is None or (file is not None and there == sent.data), "a file is half visible"

    def _read(self, key: str) -> bytes | None:
        try:
            with self.station.store.open(key) as file:
                return file.read()
        except storage.StoreError:
            return None

    # --- how

    def _start(self) -> Services:
        return build(self.settings, bell=SilentBell())

    def _picked(self, pick: int) -> str:
        return list(self.known)[pick % len(self.known)]

    def _id(self, reference: str) -> int:
        with self.station.database.reading() as tx:
            return _row(tx, reference).id

    @contextmanager
    def _at(self) -> Iterator[None]:
        self.now += timedelta(seconds=1)
        with clock.frozen(self.now):
            yield

    @contextmanager
    def _writing(self) -> Iterator[Transaction]:
        with self._at(), self.station.database.transaction() as tx:
            yield tx

    @contextmanager
    def _deciding(self, pick: int) -> Iterator[tuple[Transaction, Tip]]:
        """Within: an act on a tip, which may be refused and then has changed nothing."""
        with suppress(TiplineError), self._writing() as tx:
            yield tx, _row(tx, self._picked(pick))

    @contextmanager
    def _refused(self) -> Iterator[list[str]]:
        codes: list[str] = []
        try:
            yield codes
        except TiplineError as fault:
            codes.append(fault.code)


def _row(tx: Transaction, reference: str) -> Tip:
    """The tip, erased or not."""
    return tx.scalars(select(Tip).where(Tip.reference == reference)).one()


def _quiet(_done: int, _of: int, _size: int) -> None:
    """Nobody listens."""
