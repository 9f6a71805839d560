"""What the store holds of packages, and what it should not any more."""

from __future__ import annotations

from contextlib import suppress

import storage
from storage import keys
from tipline.domain import clock, packages
from tipline.services import Services


def begin_anew(services: Services, package_id: str) -> None:
    """Nothing of an earlier try may be in the way: its session, or a file nobody noted down."""
    key = keys.package(package_id)
    for session in services.store.list_sessions(clock.now()):
        if session.key == key:
            services.store.abort(session.text)
    services.store.delete(key)


def forget(services: Services, package_id: str) -> None:
    """Delete the file of one; what fails now is done by `sweep`."""
    with suppress(storage.StoreError):
        services.store.delete(keys.package(package_id))


def sweep(services: Services) -> int:
    """Let packages expire, and delete every file that no row stands for; how many were deleted."""
    due = 1
    while due:
        with services.database.transaction() as tx:
            due = packages.expire_due(tx)
    held = [one.key for one in services.store.list(keys.PACKAGES)]
    known = {key: keys.find_package_id(key) for key in held}
    with services.database.reading() as tx:
        wanted = packages.is_wanted(tx, [one for one in known.values() if one])
    gone = [key for key, package_id in known.items() if package_id not in wanted]
    for key in gone:
        services.store.delete(key)
    return len(gone)
