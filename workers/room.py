"""Whether there is room for what a job is about to write: asked before it begins, so that no film is decoded
for pictures that cannot be kept.

Uploads stop before the reserve of `TIPLINE_MIN_FREE_BYTES` is touched. What completes a look (copies for
browsers, pieces of films) stops there too; first pictures and what follows them go on until a part is left.
"""

from __future__ import annotations

import shutil

import storage
from tipline.services import Services

SHARE = 4  # of the reserve, what is left alone in any case


def require(services: Services, *, is_late: bool) -> None:
    """Raise OutOfSpace where the store or the disk of this host has too little left; the job waits then."""
    reserve = services.settings.min_free_bytes
    if _free(services) < (reserve if is_late else reserve // SHARE):
        raise storage.OutOfSpace("too little room for pictures")


def _free(services: Services) -> int:
    """Of the store and of the place for scratch files, the one that has less."""
    here = shutil.disk_usage(services.settings.data).free
    store = services.store
    return min(here, store.free_bytes()) if isinstance(store, storage.FreeSpace) else here
