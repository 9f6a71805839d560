"""Which tips were erased, beside all snapshots of a folder: what is erased stays so, whichever comes back.

The list bears the seal of the station's secret, and each snapshot states how long it was by then. So one that
somebody wrote, cut, took away or put back to an older one is refused: it would bring erased tips back, or
erase others. It is never needed for the newest snapshot, whose own rows tell of all that was erased by then.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from typing import Any, TypeGuard

from tipline.backup import manifest
from tipline.backup.faults import ERASED_CHANGED, BackupError
from tipline.backup.shelf import Shelf
from tipline.domain import ids, statements

FORMAT = "tipline-erased/1"
Erased = dict[str, str]  # reference of a tip → when it was erased


def note(on: Shelf, secret: str, erased: Erased) -> tuple[int, bool]:
    """Keep these with all that were kept before; how many that are, and whether what lay there was the
    station's own: what was not is left out."""
    before = _kept(on, secret, erased)
    every = {**(before or {}), **erased}
    on.write_erased({"format": FORMAT, "erased": every, "seal": _seal(secret, every)})
    return len(every), before is not None


def read(on: Shelf, secret: str, stated: dict[str, Any]) -> Erased:
    """What must not come back with the snapshot that states this; raises BackupError."""
    least = max(_numbers(on, secret), default=None)
    told = on.erased()
    if least is None:  # no snapshot here is of a version that sealed the list
        return dict(told) if _is_plain(told) else _opened(secret, told)
    if told is None and stated.get("erased") == least:
        return {}
    erased = _opened(secret, told)
    if len(erased) < least:
        raise BackupError(ERASED_CHANGED)
    return erased


def require_whole(on: Shelf) -> None:
    """Raise BackupError if it is not what the snapshots beside it say; whose it is tells the secret."""
    least, told = max(_numbers(on), default=0), on.erased()
    known = told.get("erased") if isinstance(told, dict) else None
    if least and (not isinstance(known, dict) or len(known) < least):
        raise BackupError(ERASED_CHANGED)


def _kept(on: Shelf, secret: str, erased: Erased) -> Erased | None:
    """What was kept before; None if it was not the station's. An older version sealed nothing: from its list
    is taken what the database says, too."""
    try:
        told = on.erased()
        if _is_plain(told):
            return {} if told.keys() <= erased.keys() else None
        return _opened(secret, told)
    except BackupError:
        return None


def _opened(secret: str, told: Any) -> Erased:
    if told is None:
        return {}
    erased = told.get("erased") if isinstance(told, dict) else None
    if not _is_plain(erased):
        raise BackupError(ERASED_CHANGED)
    if not hmac.compare_digest(_seal(secret, erased).encode(), str(told.get("seal")).encode()):
        raise BackupError(ERASED_CHANGED)
    return dict(erased)


def _is_plain(told: Any) -> TypeGuard[Erased]:
    return (
        isinstance(told, dict)
        and "format" not in told
        and all(isinstance(value, str) for value in told.values())
    )


def _numbers(on: Shelf, secret: str = "") -> Iterator[int]:
    """How long the list was when each snapshot was made; with the secret only what the station stated."""
    for name in on.names():
        try:
            stated = manifest.read(on.snapshot(name))
            if secret:
                manifest.require_ours(secret, stated)
        except BackupError:
            continue
        if isinstance(stated.get("erased"), int):
            yield stated["erased"]


def _seal(secret: str, erased: Erased) -> str:
    return ids.keyed_hash(secret, "backup-erased", statements.canonical({"erased": erased}).decode())
