"""The order of the test files: whatever takes minutes begins first.

Files go to whichever process is free. Those with a real browser or a station that is broken on purpose last
longest; begun last, one of them would run alone while the other processes have nothing left to do.
"""

from __future__ import annotations

import pytest

# In this order; all other files follow as pytest found them.
LONG = ("tests/faults/", "tests/journeys/test_axe", "tests/journeys/", "tests/hostile/", "tests/contracts/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    return next((at for at, begin in enumerate(LONG) if item.nodeid.startswith(begin)), len(LONG))
