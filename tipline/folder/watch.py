"""The watch itself: look, wait until a file stands still, take it, say a line. By looking again and again:
sticks may be read-only and network shares tell nobody what changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

import storage
from tipline import i18n
from tipline.domain import uploads
from tipline.errors import CATALOGUE, N_, TiplineError
from tipline.folder import reading, scan
from tipline.folder.scan import Seen
from tipline.folder.taking import About, Outcome, Taker, shown
from tipline.services import Services

log = structlog.get_logger(__name__)
AWAY = (SQLAlchemyError, storage.StoreError)
SLOWEST_ROUND_S = 5.0
# Most files that are taken before the folder is looked at again.
MOST_A_ROUND = 500
TAKEN = N_("taken    %(name)s → %(tip)s file %(number)s (%(size)s, SHA-256 %(sha256)s)")
KNOWN = N_("there    %(name)s → %(tip)s, taken before")
REFUSED = N_("refused  %(name)s: %(reason)s")
WRITTEN = N_("waiting  %(name)s: it is still being written to")
UNREADABLE = N_("waiting  %(name)s: it cannot be read (%(fault)s); it is tried again")
WAITS = N_("waiting  %(name)s: %(reason)s")
MOVED_NOT = N_("kept     %(name)s could not be moved (%(fault)s); it stays where it is")
GONE = N_("The folder %(folder)s cannot be read (%(fault)s). It is looked at again until it is back.")
TOO_MANY = N_(
    "More than %(limit)s entries lie in the folder; the rest is not looked at. Empty it, or watch a part."
)
SUMMARY = N_("Taken: %(taken)s. There before: %(known)s. Refused: %(refused)s. Waiting: %(waiting)s.")


@dataclass(frozen=True)
class Options:
    folder: Path
    about: About
    settle_s: float
    move_done: Path | None = None


class Watch:
    """One watch over one folder; `say` prints a line."""

    def __init__(self, services: Services, options: Options, say: Callable[[str], None]) -> None:
        self.services, self.options, self.say = services, options, say
        self.root = os.path.realpath(os.fsencode(options.folder))
        self.done = os.path.realpath(os.fsencode(options.move_done)) if options.move_done else None
        self.stopped = threading.Event()
        self.counted: Counter[str] = Counter()
        self._standing: dict[bytes, tuple[tuple[int, int, int], float]] = {}
        self._over: dict[bytes, tuple[int, int, int]] = {}
        self._told: set[tuple[bytes, str]] = set()
        self._taker = Taker(services, options.about, self.stopped.is_set)

    @property
    def turn(self) -> str:
        """One watch alone looks after a folder; this is what it holds meanwhile."""
        return "folder-" + hashlib.sha256(self.root).hexdigest()[:16]

    def run(self) -> None:
        """Until somebody stops it."""
        pause = min(SLOWEST_ROUND_S, max(0.2, self.options.settle_s / 2))
        is_first = True
        while not self.stopped.is_set():
            is_first = not self.look(is_first=is_first) and is_first
            self.stopped.wait(pause)
        self.summarise()

    def once(self) -> bool:
        """What lies there now, and no more; False if something has to wait. Raises one of AWAY."""
        self._taker.hand_in_left()
        waiting, before = self._round(is_last=False), -1
        # As long as it gets on: a large folder takes several rounds, a file that grows is not waited for.
        while waiting and before != self.counted.total() and not self.stopped.is_set():
            before = self.counted.total()
            self.stopped.wait(self.options.settle_s)
            waiting = self._round(is_last=True)
        self.summarise(waiting)
        return waiting == 0

    def look(self, *, is_first: bool = False) -> bool:
        """One round; False if the database or the store is away for a while: nothing is lost by that."""
        try:
            if is_first:
                self._taker.hand_in_left()
            self._round(is_last=False)
        except AWAY as fault:
            log.warning("folder.waits", fault=type(fault).__name__)
            return False
        return True

    def summarise(self, waiting: int | None = None) -> None:
        said = {name: self.counted[name] for name in ("taken", "known", "refused")}
        self._say(SUMMARY, waiting=self._unsettled() if waiting is None else waiting, **said)

    # --- one round

    def _round(self, *, is_last: bool) -> int:
        """Look once and take what stands still; returns how many files have to wait."""
        found, waiting, taken_in = self._found(), 0, 0
        touched: dict[bytes, bool] = {}
        for seen in found:
            if self.stopped.is_set():
                break
            if self._over.get(seen.found.path) == seen.stamp:
                continue
            if taken_in >= MOST_A_ROUND:
                waiting += 1
                continue
            if not self._stands_still(seen):
                waiting += 1
                if is_last:
                    self._tell_once(seen, WRITTEN)
                continue
            outcome = self._take(seen)
            if outcome is None:
                waiting += 1
                continue
            taken_in += 1
            touched[seen.found.folder] = True
            self._over[seen.found.path] = seen.stamp
            if outcome.word == "taken":
                # A stick takes hours; the desk need not wait for its last file.
                self._taker.hand_in(seen.found.folder)
            self._tell(seen, outcome)
        for folder in touched:
            self._taker.hand_in(folder)
        return waiting

    def _found(self) -> list[Seen]:
        found: list[Seen] = []
        try:
            for seen in scan.files(self.root, without=self.done):
                found.append(seen)
        except scan.TooMany:
            self._tell_of_folder(TOO_MANY, limit=scan.MOST_ENTRIES)
        except OSError as fault:
            self._tell_of_folder(GONE, folder=self.options.folder, fault=fault.strerror)
        else:
            self._told.discard((self.root, GONE))
            self._remember_only({seen.found.path for seen in found} | {self.root})
        here = {seen.found.path for seen in found}
        self._standing = {path: since for path, since in self._standing.items() if path in here}
        return found

    def _remember_only(self, here: set[bytes]) -> None:
        """What lay in the folder and is gone is not remembered for as long as the watch lasts."""
        self._over = {path: stamp for path, stamp in self._over.items() if path in here}
        self._told = {(path, sentence) for path, sentence in self._told if path in here}

    def _stands_still(self, seen: Seen) -> bool:
        now = time.monotonic()
        stamp, since = self._standing.get(seen.found.path, (None, now))
        if stamp != seen.stamp:
            self._standing[seen.found.path] = (seen.stamp, now)
            return self.options.settle_s <= 0
        return now - since >= self.options.settle_s

    def _unsettled(self) -> int:
        return sum(self._over.get(path) != stamp for path, (stamp, _) in self._standing.items())

    def _take(self, seen: Seen) -> Outcome | None:
        """What became of the file; None if it has to wait."""
        try:
            return self._taker.take(seen)
        except reading.Stopped:
            return None
        except reading.Changed:
            self._standing.pop(seen.found.path, None)
            self._tell_once(seen, WRITTEN)
        except TiplineError as fault:
            self._tell_once(seen, WAITS, reason=self._sentence(fault.code, **fault.values))
        except OSError as fault:
            self._tell_once(seen, UNREADABLE, fault=fault.strerror or type(fault).__name__)
        return None

    # --- words

    def _tell(self, seen: Seen, outcome: Outcome) -> None:
        self.counted[outcome.word] += 1
        name = self._name(seen)
        if outcome.word == "refused":
            self._say(REFUSED, name=name, reason=self._sentence(outcome.code or "evidence:refused"))
            return
        if outcome.word == "known":
            self._say(KNOWN, name=name, tip=outcome.reference)
        else:
            size = uploads.readable(seen.found.size)
            self._say(
                TAKEN, name=name, tip=outcome.reference, number=outcome.number, size=size,
                sha256=outcome.sha256,
            )  # fmt: skip
        if self.done:
            self._move(seen, self.done)

    def _move(self, seen: Seen, done: bytes) -> None:
        """Only what is in custody is moved, and nothing that lies at its new place is written over."""
        target = os.path.join(done, os.path.relpath(seen.found.path, self.root))
        stem, ending = os.path.splitext(target)
        number = 1
        while os.path.lexists(target):
            number += 1
            target = stem + b" (%d)" % number + ending
        try:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.move(os.fsdecode(seen.found.path), os.fsdecode(target))
        except OSError as fault:
            self._say(MOVED_NOT, name=self._name(seen), fault=fault.strerror)

    def _sentence(self, code: str, **values: object) -> str:
        limits = {
            "upload:too-large": uploads.readable(self.services.settings.max_file_bytes),
            "tip:too-large": uploads.readable(self.services.settings.max_tip_bytes),
            "tip:too-many-files": self.services.settings.max_tip_files,
        }
        if code in limits:
            values.setdefault("limit", limits[code])
        return i18n.say(self.services.settings.locale, CATALOGUE[code].sentence, **values)

    def _name(self, seen: Seen) -> str:
        return shown(os.path.relpath(seen.found.path, self.root))

    def _tell_once(self, seen: Seen, sentence: str, **values: object) -> None:
        if (seen.found.path, sentence) not in self._told:
            self._told.add((seen.found.path, sentence))
            self._say(sentence, name=self._name(seen), **values)

    def _tell_of_folder(self, sentence: str, **values: object) -> None:
        if (self.root, sentence) not in self._told:
            self._told.add((self.root, sentence))
            self._say(sentence, **values)

    def _say(self, sentence: str, **values: object) -> None:
        self.say(i18n.say(self.services.settings.locale, sentence, **values))
