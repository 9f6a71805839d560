"""The store's faults in the words of the catalogue, so that pages never need to know which store it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import storage
from tipline.errors import TiplineError


@contextmanager
def told() -> Iterator[None]:
    """Within: a full store is service:disk-full, a stuck one upload:busy, else service:store-down; what it no
    longer has, or has destroyed the key of, is store:lost. Keys that are not there are vault:key-lost."""
    try:
        yield
    except storage.Missing as fault:
        raise TiplineError("store:lost") from fault
    except storage.KeyWrong as fault:
        raise TiplineError("vault:key-wrong") from fault
    except storage.KeyLost as fault:
        raise TiplineError("vault:key-lost") from fault
    except storage.OutOfSpace as fault:
        raise TiplineError("service:disk-full") from fault
    except storage.Busy as fault:
        raise TiplineError("upload:busy") from fault
    except storage.Unavailable as fault:
        raise TiplineError("service:store-down") from fault
