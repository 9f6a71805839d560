"""The custody log's entries as bytes: `tipline.domain.chain`."""

from __future__ import annotations

import hashlib
import json

from hypothesis import given
from hypothesis import strategies as st

from tipline.db import Database
from tipline.domain import chain, custody
from tipline.domain.actors import Actor
from tipline.domain.merkle import Frontier, Tree

words = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)
LI = Actor("staff", "li")


@given(st.integers(1, 10**12), words, words, words, st.none() | words, st.none() | words, words)
def test_the_canonical_form_is_byte_for_byte_that_of_the_standard_library(
    seq: int, actor: str, action: str, subject: str, tip: str | None, reason: str | None, detail: str
) -> None:
    body = {
        "seq": seq, "at": "2026-11-26T19:32:17.000120Z", "actor": actor, "action": action, "subject": subject,
        "tip": tip, "reason": reason, "detail": detail, "previous": chain.START,
    }  # fmt: skip
    row = (seq, "2026-11-26 19:32:17.000120", actor, action, subject, tip, reason, detail, chain.START, "")

    told = json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    assert chain.canonical(row) == told
    assert chain.digest(row) == hashlib.sha256(told.encode()).hexdigest()


def test_a_hash_of_a_log_that_was_written_before_stays_what_it_was() -> None:
    row = (
        1,
        "2026-11-22 13:30:05.123456",
        "staff:li",
        "tip:note",
        "tip:T-1",
        "T-1",
        "因为",
        '{"n":1}',
        chain.START,
        "",
    )

    assert chain.digest(row) == "34579f8a8aae60f3de41be429a24e34c7fdf2802cdf110ba1efad06682537c0a"


def test_a_block_gives_the_trees_parts_at_the_sizes_asked_for(database: Database) -> None:
    with database.transaction() as tx:
        for number in range(11):
            custody.append(tx, LI, "tip:note", f"tip:T-{number}")
        pages = list(chain.read_rows(tx, 0, 11))
    tree = Tree(bytes.fromhex(row[9]) for rows in pages for row in rows)

    block = chain.check_block([[row] for rows in pages for row in rows], 0, [3, 4, 11])

    assert block.fault is None
    assert {size: Frontier(size, parts).root() for size, parts in block.parts.items()} == {
        size: tree.root(size) for size in (3, 4, 11)
    }
