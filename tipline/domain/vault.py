"""Which key a tip's files are sealed under, when it gets one, and how all of them become unreadable at once.

A tip gets its key with its first file, while the station encrypts; the key lies in the ring, apart from
database and files, and the tip's row only names it. Nobody makes a key where one should be and is not: a
ring that is empty although the database names keys of it is lost, and nothing is written until it is back.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from sqlalchemy import func, select

import storage
from storage import Keyring
from tipline.db import Database
from tipline.domain import stored
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.errors import TiplineError

# What anybody may read: signed roots of the log, copied here to be out of the database's reach.
PLAIN = frozenset({"checkpoint"})
OF_A_TIP = frozenset({"original", "rendition"})
_MOST = 4096
# How many of the newest and of the oldest keys a start looks for.
SAMPLE = 3


class Vaults:
    """What one process knows of keys and files. Without a ring every file is plain."""

    def __init__(self, database: Database, ring: Keyring | None, decide: Callable[[], bool]) -> None:
        """`decide` says whether new tips get keys; it is asked until it has answered once."""
        self.database, self.ring, self._decide = database, ring, decide
        self._encrypts: bool | None = None
        self._names: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    @property
    def encrypts(self) -> bool:
        if self._encrypts is None:
            self._encrypts = self._decide()
        return self._encrypts

    def under(self, key: str) -> str | None:
        """The name of the key an object of the store goes under, ALONE, or None for plain."""
        family, _, rest = key.partition("/")
        alone = storage.ALONE if family not in PLAIN and self.encrypts else None
        if family not in OF_A_TIP:
            return alone
        evidence_id = rest.partition("/")[0]
        with self._lock:
            if name := self._names.get(evidence_id):
                return name
        with self.database.reading() as tx:
            found = tx.execute(
                select(Tip.vault).join(Evidence, Evidence.tip_id == Tip.id).where(Evidence.id == evidence_id)
            ).one_or_none()
        if found is None:
            return alone
        if found.vault:
            self._remember(evidence_id, found.vault)
        return found.vault  # type: ignore[no-any-return]

    def expect(self, tip_id: int, evidence_id: str) -> None:
        """A file of this tip is about to begin: its key is durable on return, if it is to have one."""
        with self.database.reading() as tx:
            name = tx.scalars(select(Tip.vault).where(Tip.id == tip_id)).one_or_none()
        with stored.told():
            begins = name is None and self.encrypts
        if begins and self.ring:
            name = self._begin(self.ring, tip_id)
        if name:
            self._remember(evidence_id, name)

    def destroy(self, name: str | None) -> None:
        """Make all files under this key unreadable for good, wherever copies of them lie.

        May be repeated, and a destroyer that died is finished by `finish`. Files of a tip without a key were
        never sealed: nothing but deleting them helps.
        """
        if not name or not self.ring:
            return
        with stored.told():
            self.ring.destroy(name)
        with self._lock:
            for evidence_id in [one for one, known in self._names.items() if known == name]:
                del self._names[evidence_id]

    def finish(self) -> int:
        """Finish what a destroyer left half done: keys that are marked, and those of tips that are erased."""
        if not self.ring:
            return 0
        with self.database.reading() as tx:
            erased = tx.scalars(select(Tip.vault).where(Tip.erased_at.is_not(None), Tip.vault.is_not(None)))
            names = [str(name) for name in erased]
        with stored.told():
            late = [name for name in names if not self.ring.is_destroyed(name)]
            for name in late:
                self.ring.destroy(name)
            return len(late) + self.ring.finish_destroying()

    # --- whether the keys are where they should be

    def check(self) -> None:
        """vault:key-lost or vault:key-wrong if the ring, or a key it should hold, is away. Reads only."""
        if not self.ring:
            if names_keys(self.database):
                raise TiplineError("vault:key-lost")
            return
        with stored.told():
            if not self.ring.is_begun():
                if names_keys(self.database):
                    raise TiplineError("vault:key-lost")
                return
            for name in self._some_names():
                if not self.ring.is_destroyed(name):
                    self.ring.open(name)

    def list_lost(self) -> list[str]:
        """References of the tips whose key is neither there nor destroyed."""
        if not self.ring:
            return []
        with self.database.reading() as tx:
            rows = tx.execute(
                select(Tip.reference, Tip.vault)
                .where(Tip.vault.is_not(None), Tip.erased_at.is_(None))
                .order_by(Tip.id)
            ).all()
        with stored.told():
            here = set(self.ring.names())
            away = [row for row in rows if row.vault not in here]
            return [row.reference for row in away if not self.ring.is_destroyed(str(row.vault))]

    # --- inside

    def _begin(self, ring: Keyring, tip_id: int) -> str:
        """A key for this tip, unless another file of it has brought one meanwhile."""
        with stored.told():
            if not ring.is_begun():
                if names_keys(self.database):
                    raise TiplineError("vault:key-lost")
                ring.begin()
            made = ring.make()
        with self.database.transaction() as tx:
            tip = tx.get_one(Tip, tip_id, with_for_update=True, populate_existing=True)
            if tip.vault is None:
                tip.vault = made
            name = tip.vault
        if name != made:
            with stored.told():
                ring.discard(made)
        return name

    def _some_names(self) -> list[str]:
        query = select(Tip.vault).where(Tip.vault.is_not(None), Tip.erased_at.is_(None)).limit(SAMPLE)
        with self.database.reading() as tx:
            newest = tx.scalars(query.order_by(Tip.id.desc())).all()
            oldest = tx.scalars(query.order_by(Tip.id)).all()
        return [str(name) for name in {*newest, *oldest}]

    def _remember(self, evidence_id: str, name: str) -> None:
        with self._lock:
            self._names[evidence_id] = name
            if len(self._names) > _MOST:
                self._names.popitem(last=False)


def names_keys(database: Database) -> bool:
    """Whether a tip has a key, wherever that lies."""
    with database.reading() as tx:
        return tx.scalar(select(Tip.id).where(Tip.vault.is_not(None)).limit(1)) is not None


def has_files(database: Database) -> bool:
    """Whether a file ever began to come, and was not erased with all that is known of it."""
    with database.reading() as tx:
        return tx.scalar(select(Evidence.id).limit(1)) is not None


def count_sealed(database: Database) -> tuple[int, int]:
    """Tips with a key, and tips with files and none."""
    has_files = select(Evidence.id).where(Evidence.tip_id == Tip.id).exists()
    with database.reading() as tx:
        sealed = tx.scalar(select(func.count()).where(Tip.vault.is_not(None))) or 0
        plain = tx.scalar(select(func.count()).where(Tip.vault.is_(None), has_files)) or 0
    return sealed, plain
