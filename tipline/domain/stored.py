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


@contextmanager
def shown() -> Iterator[None]:
    """Within: what a page shows is opened. As `told`, and a store that gives no answer is told of soon, as
    service:store-silent."""
    with told(), storage.awaited():
        try:
            yield
        except storage.Silent as fault:
            raise TiplineError("service:store-silent") from fault


def is_silent(store: storage.Store) -> bool:
    """Whether pages go without pictures at the moment, because the store gives no answer."""
    bare = storage.bare_store(store)
    return isinstance(bare, storage.FallsSilent) and bare.is_silent
