"""Threats 21 and 22: nobody learns by asking what there is.

Tips, files and cases are walked in `tests/laws/test_access.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.event import listen

from tipline.domain import ids, reachable, receipts, tips
from tipline.domain.actors import reporter
from tipline.domain.tips import Tip
from tipline.services import Services

REF = re.compile(rb'"ref":\s*"[0-9a-f]+"')


def plain(answer: object) -> tuple[int, bytes, list[str]]:
    return answer.status_code, REF.sub(b"", answer.data), sorted(answer.headers.keys())  # type: ignore[attr-defined]


def test_a_code_that_was_nearly_right_is_answered_like_any_other_wrong_one(
    client: FlaskClient, services: Services, tip: Tip
) -> None:
    with services.database.transaction() as tx:
        code = receipts.issue(tx, services.key, tip)
    nearly = code[:-1] + ("0" if code[-1] != "0" else "1")
    wrong = [
        client.post("/api/v1/public/sessions", json={"receipt_code": one})
        for one in (nearly, ids.new_receipt_code(), ids.new_receipt_code())
    ]
    assert {plain(one)[0] for one in wrong} == {404}
    assert len({plain(one)[1] for one in wrong}) == 1


def test_a_stolen_database_holds_no_code_and_no_token(
    client: FlaskClient, services: Services, tip: Tip, tokens: dict[str, str]
) -> None:
    with services.database.transaction() as tx:
        code = receipts.issue(tx, services.key, tip)
    opened = client.post("/api/v1/public/sessions", json={"receipt_code": code}).json["access_token"]
    with services.database.engine.connect() as connection:
        names = [
            row[0] for row in connection.execute(text("SELECT name FROM sqlite_master WHERE type='table'"))
        ]
        held = "\n".join(
            str(row)
            for name in names
            for row in connection.execute(text(f'SELECT * FROM "{name}"'))  # noqa: S608
        )
    assert tip.reference in held
    for secret in (code, code.replace("-", ""), opened, *tokens.values()):
        assert secret not in held


@pytest.mark.parametrize("path", ["/api/v1/public/tips/{}", "/api/v1/partner/tips/{}"])
def test_another_ones_tip_and_none_at_all_are_one_answer(
    client: FlaskClient, services: Services, make_tip: Callable[..., Tip], tip: Tip,
    headers: Callable[..., dict[str, str]], path: str,
) -> None:  # fmt: skip
    other = make_tip("mine")
    with services.database.transaction() as tx:
        mine = receipts.open_access(tx, services.key, other)
    asked = {"Authorization": f"Bearer {mine}"} if "public" in path else headers("partner")
    theirs, nothing = (client.get(path.format(one), headers=asked) for one in (tip.reference, "T-9999"))
    assert plain(theirs) == plain(nothing)
    assert theirs.status_code in (403, 404)


def test_the_same_work_is_done_for_a_token_that_is_nearly_right_and_for_any_other(
    client: FlaskClient, services: Services, tokens: dict[str, str]
) -> None:
    """Compared by their keyed hash, so that a nearly right one is as far off as any: the same is asked."""
    near = tokens["investigator"][:-1] + ("A" if tokens["investigator"][-1] != "A" else "B")
    asked: list[list[str]] = []
    listen(services.database.engine, "before_cursor_execute", lambda *told: asked[-1].append(told[2]))
    for token in (near, "tl_" + "x" * (len(near) - 3)):
        asked.append([])
        answer = client.get("/api/v1/queue", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
    assert asked[0] == asked[1] != []


def test_the_link_that_ends_news_does_the_same_work_whatever_tip_it_names(
    client: FlaskClient, services: Services, tip: Tip, make_tip: Callable[..., Tip]
) -> None:
    """Or time would tell which tips there are, and whose providers left an address."""
    other = make_tip("without an address")
    with services.database.transaction() as tx:
        mine = tips.read_tip(tx, tip.reference)
        reachable.leave(tx, services.key, reporter(tip.reference), mine, "mail", "wang@example.net")
    asked: list[list[str]] = []
    listen(services.database.engine, "before_cursor_execute", lambda *told: asked[-1].append(told[2]))
    for reference in (tip.reference, other.reference, "T-9999"):
        asked.append([])
        assert client.post(f"/news/{reference}/{'0' * 32}").status_code == 200
    assert asked[0] == asked[1] == asked[2] != []
