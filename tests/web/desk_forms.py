"""Forms of the desk as a person sends them: what stands hidden on the page goes along."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from tipline.domain import custody, tips
from tipline.domain.custody import Custody
from tipline.domain.tips import Tip
from tipline.services import Services

SEEN = re.compile(r'name="seen" value="([0-9a-f]+)"')


def seen_on(client: Any, reference: str, headers: dict[str, str]) -> str:
    """What the forms of a tip's page say about the state they were drawn on."""
    found = SEEN.search(client.get(f"/desk/tips/{reference}", headers=headers).text)
    assert found, "no form on this page"
    return found[1]


def send(client: Any, tip: Tip, act: str, headers: dict[str, str], **fields: str) -> Any:
    """Send a form of the tip's page as it stands now."""
    fields.setdefault("seen", seen_on(client, tip.reference, headers))
    return client.post(f"/desk/tips/{tip.reference}/{act}", headers=headers, data=fields)


def now(services: Services, tip: Tip) -> Tip:
    """The tip as it stands in the database."""
    with services.database.reading() as tx:
        return tips.read_tip(tx, tip.reference)


def log_of(services: Services, tip: Tip) -> list[Custody]:
    with services.database.reading() as tx:
        return custody.list_of(tx, tip=tip.reference)


def undo_of(html: str) -> tuple[str, dict[str, str]]:
    """Address and fields of the form that takes the last act back."""
    form = re.search(r'<form method="post" action="([^"]+)" data-undo.*?</form>', html, re.DOTALL)
    assert form, "this act offers no way back"
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0])
    return form[1], dict(fields)


def selects(sent: list[str]) -> list[str]:
    """Those of them that ask; the first words of a transaction ask nothing."""
    return [one for one in sent if one.lstrip().startswith(("SELECT", "WITH"))]


@contextmanager
def counted(services: Services) -> Iterator[list[str]]:
    """Statements sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        sent.append(statement)

    event.listen(services.database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(services.database.engine, "before_cursor_execute", note)
