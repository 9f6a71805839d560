"""What the page of a tip asks the database for: nothing that grows with all that was ever written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event

from tests import factories
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.services import Services


def test_the_page_of_a_tip_does_not_walk_through_the_log_of_the_station(
    client: FlaskClient, services: Services, tip: Tip, add_file: Callable[..., Evidence],
    headers: Callable[..., dict[str, str]],
) -> None:  # fmt: skip
    factories.examine(services, add_file(tip), pictures=1)
    plans: list[str] = []

    def explain(connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if statement.startswith("SELECT"):
            driver = connection.connection.driver_connection
            plans.extend(one[3] for one in driver.execute(f"EXPLAIN QUERY PLAN {statement}", values))

    event.listen(services.database.engine, "before_cursor_execute", explain)
    try:
        page = client.get(f"/desk/tips/{tip.reference}", headers=headers())
    finally:
        event.remove(services.database.engine, "before_cursor_execute", explain)
    assert page.status_code == 200
    assert "SEARCH custody USING INDEX ix_custody_subject (subject=?)" in plans
    assert [one for one in plans if one.startswith("SCAN custody")] == []
