"""A file of the folder goes through the same receiver as every other; a folder's files make one tip.

Everything is written down before it is done, so whoever is killed in the middle goes on where it stopped.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tipline import i18n
from tipline.db import Transaction
from tipline.domain import cleaning, evidence, messages, taken, tips
from tipline.domain.actors import FOLDER
from tipline.domain.reports import Report
from tipline.domain.taken import TakenFile
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced, Upload
from tipline.errors import N_, Kind, TiplineError
from tipline.folder import reading
from tipline.folder.scan import Seen
from tipline.services import Services

NOTE = N_("Taken from the drop folder: %(folder)s")
# With these another tip begins: the one before has enough, or somebody has closed it.
FULL = ("tip:too-many-files", "tip:too-large", "tip:closed", "tip:erased")
# These will not pass by themselves; any other «no» is tried again.
FINAL = (Kind.INVALID, Kind.UNSUPPORTED, Kind.TOO_LARGE)


class About(NamedTuple):
    """What is known of everything in the folder."""

    category: str
    beat: str | None = None
    place: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a file: `word` is taken, known, refused; a fault tells why it was refused."""

    word: str
    reference: str
    number: int = 0
    sha256: str = ""
    code: str | None = None


class Taker:
    """Takes files for one watch."""

    def __init__(self, services: Services, about: About, is_stopped: Callable[[], bool]) -> None:
        self.services, self.about, self.is_stopped = services, about, is_stopped

    def take(self, seen: Seen) -> Outcome:
        """Bring one file in, or say what became of it before.

        Raises reading.Changed, reading.Stopped, OSError, or the fault that passes by itself.
        """
        with self.services.database.reading() as tx:
            row = taken.find(tx, seen.found)
            if row is not None and row.state != taken.TAKING:
                return _known(tx.get_one(Tip, row.tip_id), row)
        with reading.opened(seen) as file:
            try:
                return self._send(file, seen, row)
            except TiplineError as fault:
                if fault.kind not in FINAL:
                    raise
                return self._refused(seen, fault.code)

    def hand_in(self, folder: bytes) -> None:
        """The desk sees the tip from now on; files that follow soon come into the same."""
        with self.services.database.transaction() as tx:
            tip = taken.find_tip(tx, folder)
            if tip is not None and evidence.count_arrived(tx, tip):
                self._submit(tx, tip)

    def hand_in_left(self) -> None:
        """Tips of an earlier watch that was killed before it could hand them in."""
        with self.services.database.transaction() as tx:
            for tip in taken.list_drafts(tx):
                if evidence.count_arrived(tx, tip):
                    self._submit(tx, tip)

    def _submit(self, tx: Transaction, tip: Tip) -> None:
        settings = self.services.settings
        zone = ZoneInfo(settings.timezone)
        tips.submit(tx, tip, FOLDER, ack_minutes=settings.ack_minutes, zone=zone)

    # --- one file

    def _send(self, file: int, seen: Seen, row: TakenFile | None) -> Outcome:
        row = row or self._note(seen)
        upload = self._open_upload(seen, row)
        if upload.state != "done":
            pieces = reading.pieces(file, seen, upload.offset, self.is_stopped)
            try:
                upload = self.services.receiver.append(upload.id, upload.tip_id, upload.offset, pieces)
            except reading.Changed:
                self._forget(row.id, upload)
                raise
        return self._settle(row.id, upload)

    def _note(self, seen: Seen) -> TakenFile:
        """Write down that this file is being taken, and into which tip."""
        with self.services.database.transaction() as tx:
            tip = taken.find_tip(tx, seen.found.folder) or self._begin_tip(tx, seen.found.folder)
            return taken.note(tx, seen.found, tip)

    def _begin_tip(self, tx: Transaction, folder: bytes) -> Tip:
        settings, about = self.services.settings, self.about
        report = Report(category=about.category, beat=about.beat, place=about.place, anonymous=True)
        tip = tips.begin(
            tx, report, language=settings.locale, door="folder", ack_minutes=settings.ack_minutes,
            taker=FOLDER,
        )  # fmt: skip
        words = i18n.say(settings.locale, NOTE, folder=shown(os.path.basename(folder)))
        messages.write(tx, FOLDER, tip, words, kind="note")
        return tip

    def _open_upload(self, seen: Seen, row: TakenFile) -> Upload:
        """The upload that goes on, or a new one; in another tip if the first one has enough."""
        known = self._find_upload(seen, row)
        if known:
            return known
        announced = Announced(seen.found.size, os.fsdecode(os.path.basename(seen.found.path)))
        try:
            upload = self.services.receiver.begin(row.tip_id, announced)
        except TiplineError as fault:
            if fault.code not in FULL:
                raise
            with self.services.database.transaction() as tx:
                before = tx.get_one(Tip, row.tip_id)
                if fault.code not in ("tip:closed", "tip:erased") and not evidence.count_arrived(tx, before):
                    raise  # this file alone is more than a tip takes
                self._submit(tx, before)
                row = taken.move(tx, row.id, self._begin_tip(tx, seen.found.folder))
            upload = self.services.receiver.begin(row.tip_id, announced)
        with self.services.database.transaction() as tx:
            taken.begin_upload(tx, row.id, upload.id)
        return upload

    def _find_upload(self, seen: Seen, row: TakenFile) -> Upload | None:
        """What an earlier watch began; uploads it had no time to write down are given up."""
        receiver = self.services.receiver
        if row.upload_id:
            try:
                upload = receiver.look(row.upload_id, row.tip_id)
            except TiplineError as fault:
                if fault.code == "evidence:refused":
                    raise
                return None
            return upload if upload.length == seen.found.size else None
        with self.services.database.reading() as tx:
            orphans = taken.list_orphans(tx, tx.get_one(Tip, row.tip_id))
        for upload_id in orphans:
            receiver.remove(upload_id, row.tip_id)
        return None

    def _settle(self, row_id: int, upload: Upload) -> Outcome:
        with self.services.database.transaction() as tx:
            file = taken.arrived(tx, upload.id)
            if file is None:
                raise TiplineError("upload:superseded")
            taken.settle(tx, row_id, sha256=file.sha256)
            tip = tx.get_one(Tip, file.tip_id)
            return Outcome("taken", tip.reference, file.number, file.sha256 or "")

    def _forget(self, row_id: int, upload: Upload) -> None:
        """The file became another one: nothing of what was read of it is kept."""
        self.services.receiver.remove(upload.id, upload.tip_id)
        with self.services.database.transaction() as tx:
            taken.forget(tx, row_id)

    def _refused(self, seen: Seen, code: str) -> Outcome:
        with self.services.database.transaction() as tx:
            row = taken.find(tx, seen.found)
            if row is None:
                raise TiplineError(code)
            taken.settle(tx, row.id, code=code)
            return Outcome("refused", tx.get_one(Tip, row.tip_id).reference, code=code)


def _known(tip: Tip, row: TakenFile) -> Outcome:
    word = "refused" if row.state == taken.REFUSED else "known"
    return Outcome(word, tip.reference, sha256=row.sha256 or "", code=row.code)


def shown(path: bytes) -> str:
    """A path as people may see it: no sign of it can steer a terminal."""
    return "/".join(cleaning.clean_name(os.fsdecode(part)) for part in path.split(b"/") if part)
