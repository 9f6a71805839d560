"""Whose turn it is to write into an upload session in S3, among hosts that share nothing but the bucket.

S3 can neither lock nor refuse a late part. So each host that begins to write leaves a *turn*, an empty
object:

    uploads/<session>/turn-<order>-<token>-<first>-<end>-<after>

`order` and `token` put turns in line. `after` is the newest turn its holder had seen, and `end` how far what
was there before still counts: whatever a turn up to `after` holds beyond it is void, for every reader and for
ever, even if it arrives later. `first` is the number of the first part this turn may send: above every number
an older turn can still have on its way, for a late part would replace one of the same number. A writer looks
for newer turns after each of its records, so it has at most one part on its way when it is overtaken.

Whoever takes a turn lists what is there, makes sure that it still has the right to write, puts the turn, and
lists again: if by then a turn stands that it had not seen, it begins anew. So a holder that is held up before
it puts its turn voids nothing that was written meanwhile, and one that writes is known to all who come later.
"""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

_TURN = re.compile(r"turn-([0-9]{20})-([0-9a-f]{8})-([0-9]{5})-([0-9]{20})-([0-9a-f.]*)")
NO_END = 10**20 - 1
_RESTING = 512


@dataclass(frozen=True, order=True)
class Turn:
    """One host's right to write; turns compare by who is newer."""

    order: int
    token: str
    first: int = 1
    end: int = NO_END
    after: str = ""

    @classmethod
    def parse(cls, name: str) -> Turn | None:
        found = _TURN.fullmatch(name)
        return found and cls(int(found[1]), found[2], int(found[3]), int(found[4]), found[5])

    @classmethod
    def after_all(cls, others: Iterable[Turn], numbers: Iterable[int], end: int) -> Turn:
        """A turn newer than all others, whose parts meet none of theirs."""
        others = list(others)
        order = max((other.order for other in others), default=0) + 1
        after = max((other.mark for other in others), default="")
        return cls(order, secrets.token_hex(4), first_free(others, numbers), end, after)

    @property
    def name(self) -> str:
        return f"turn-{self.order:020}-{self.token}-{self.first:05}-{self.end:020}-{self.after}"

    @property
    def mark(self) -> str:
        """How parts and rests name the turn they were written in."""
        return f"{self.order:020}.{self.token}"


def first_free(turns: Iterable[Turn], numbers: Iterable[int]) -> int:
    """A part number that nothing recorded has and nothing on its way can have."""
    on_their_way = max((turn.first for turn in turns), default=0)
    return max(on_their_way, max(numbers, default=0) + 1 if on_their_way else 0) + 1


def limit_of(mark: str, turns: Iterable[Turn]) -> int:
    """How far what was written in the turn of this mark counts."""
    return min((turn.end for turn in turns if turn.after >= mark), default=NO_END)


class RestingTurns:
    """Turns of this process in which nobody writes: who goes on just where it stopped needs no new one."""

    def __init__(self) -> None:
        self._turns: OrderedDict[str, Turn] = OrderedDict()
        self._lock = Lock()

    def keep(self, session: str, turn: Turn) -> None:
        with self._lock:
            self._turns[session] = turn
            if len(self._turns) > _RESTING:
                self._turns.popitem(last=False)

    def take(self, session: str) -> Turn | None:
        """The turn that rests for this session; handed out once, for two must not write in one turn."""
        with self._lock:
            return self._turns.pop(session, None)
