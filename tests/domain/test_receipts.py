"""The reporter's way back: `tipline.domain.receipts`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from tests.domain.conftest import EVENING, KEY, draft, sent
from tipline.db import Transaction
from tipline.domain import receipts
from tipline.domain.receipts import ACCESS_LASTS, Access, Receipt
from tipline.domain.tips import Tip
from tipline.errors import TiplineError


def test_a_code_leads_back_to_its_tip_even_before_it_was_sent(tx: Transaction) -> None:
    tip, other = draft(tx), sent(tx)
    code, others_code = receipts.issue(tx, KEY, tip), receipts.issue(tx, KEY, other)

    assert receipts.read_by_code(tx, KEY, f" {code.lower().replace('-', ' ')} ") is tip
    assert receipts.read_by_code(tx, KEY, others_code) is other


@pytest.mark.parametrize("typed", ["", "K7Q2-9MXW-3TDE-58RA", "no code at all", "\0", "\ud800" * 16])
def test_a_wrong_code_is_unknown(tx: Transaction, tip: Tip, typed: str) -> None:
    receipts.issue(tx, KEY, tip)
    with pytest.raises(TiplineError) as caught:
        receipts.read_by_code(tx, KEY, typed)
    assert caught.value.code == "receipt:unknown"


def test_a_code_opens_nothing_under_another_key(tx: Transaction, tip: Tip) -> None:
    code = receipts.issue(tx, KEY, tip)
    with pytest.raises(TiplineError):
        receipts.read_by_code(tx, "another key", code)


def test_neither_code_nor_token_is_stored(tx: Transaction, tip: Tip) -> None:
    code, token = receipts.issue(tx, KEY, tip), receipts.open_access(tx, KEY, tip)
    stored = [*tx.scalars(select(Receipt.code_hash)), *tx.scalars(select(Access.token_hash))]

    assert all(len(one) == 64 for one in stored)
    assert not {code, code.replace("-", ""), token} & set(stored)


def test_access_lasts_a_while_and_then_the_code_is_needed_again(
    tx: Transaction, tip: Tip, at: Callable[[datetime], None]
) -> None:
    at(EVENING)
    token = receipts.open_access(tx, KEY, tip)
    at(EVENING + ACCESS_LASTS - timedelta(seconds=1))
    assert receipts.read_by_token(tx, KEY, token) is tip

    at(EVENING + ACCESS_LASTS)
    with pytest.raises(TiplineError) as caught:
        receipts.read_by_token(tx, KEY, token)
    assert caught.value.code == "receipt:expired"


def test_leaving_ends_this_visit_and_no_other(tx: Transaction, tip: Tip) -> None:
    here, there = receipts.open_access(tx, KEY, tip), receipts.open_access(tx, KEY, tip)
    receipts.close_access(tx, KEY, here)
    receipts.close_access(tx, KEY, "nothing")
    tx.flush()

    assert receipts.read_by_token(tx, KEY, there) is tip
    with pytest.raises(TiplineError):
        receipts.read_by_token(tx, KEY, here)


def test_a_receipt_code_is_no_access_token(tx: Transaction, tip: Tip) -> None:
    code = receipts.issue(tx, KEY, tip)
    with pytest.raises(TiplineError):
        receipts.read_by_token(tx, KEY, code.replace("-", ""))
