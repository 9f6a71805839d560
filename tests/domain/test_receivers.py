"""Removing channels and webhooks, and their way back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.domain.test_undoing import last
from tipline.db import Transaction
from tipline.domain import accounts, clock, receivers
from tipline.domain.actors import SYSTEM
from tipline.domain.channels import Channel, Webhook
from tipline.errors import TiplineError


@pytest.mark.parametrize("kind", [Channel, Webhook])
def test_what_was_removed_comes_back_only_while_there_is_room(tx: Transaction, kind: type[Any]) -> None:
    """Else twenty that are removed, and put back once twenty others stand, would be forty."""
    boss = accounts.add(tx, SYSTEM, "boss", role="admin", password_hash="not a hash").actor
    made = {"sealed": "", "created_at": clock.now(), "events": "[]", "label": "x"}
    made |= {"scheme": "wecombot"} if kind is Channel else {"host": "", "secret": ""}
    rows = [kind(**made) for _ in range(receivers.MOST)]
    tx.add_all(rows)
    tx.flush()
    receivers.remove(tx, boss, rows[0])
    act = last(tx)
    tx.add(kind(**made))
    tx.flush()

    with pytest.raises(TiplineError) as full:
        receivers.put_back(tx, boss, act)
    assert full.value.code == f"{kind.__tablename__}:too-many"
    assert rows[0].removed_at is not None

    receivers.remove(tx, boss, rows[1])
    receivers.put_back(tx, boss, act)
    assert rows[0].removed_at is None
