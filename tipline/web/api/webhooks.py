"""Webhooks for programs that set a station up; the secret is in the answer that makes it alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from tipline.domain import addresses, receivers, webhooks
from tipline.domain.channels import Webhook
from tipline.web import channel_pages, current, guard
from tipline.web.api.taking import Taken

blueprint = APIBlueprint("api_webhooks", __name__, url_prefix="/api/v1/webhooks", tag="Webhooks")


class WebhookMade(Taken):
    label: str = Field(description="What it is for.")
    address: str = Field(description="https address that takes the messages.")
    events: list[str] = Field(default_factory=list, max_length=100, description="Codes of events; none: all.")


class WebhookTold(BaseModel):
    id: int
    label: str
    host: str = Field(description="Of the address nothing else is shown.")
    events: list[str]
    state: str = Field(description="new, works, failing, paused or off.")
    failure: str | None = Field(description="Code of the last failure, if the last try failed.")
    sent_at: datetime | None


class WebhookSecret(WebhookTold):
    secret: str = Field(description="Signs every message (Standard Webhooks); told this once.")


class WebhooksTold(BaseModel):
    items: list[WebhookTold]


@blueprint.get("")
@guard.staff("webhook:manage")
@blueprint.output(WebhooksTold)
def list_webhooks() -> dict[str, Any]:
    """All webhooks of the station."""
    with current.services().database.reading() as tx:
        return {"items": [_told(one) for one in webhooks.list_webhooks(tx)]}


@blueprint.post("")
@guard.staff("webhook:manage")
@blueprint.input(WebhookMade, arg_name="wanted")
@blueprint.output(WebhookSecret, 201)
def add_webhook(wanted: WebhookMade) -> dict[str, Any]:
    """Have events told to another system. See docs/webhooks.md for what it is sent and how to check it."""
    services = current.services()
    address = addresses.web(wanted.address, inside=bool(services.settings.notice_networks))
    with services.database.transaction() as tx:
        row, secret = webhooks.add(
            tx, services.key, current.actor(), address, label=wanted.label, events=wanted.events
        )
        return {**_told(row), "secret": secret}


@blueprint.post("/<int:number>/secret")
@guard.staff("webhook:manage")
@blueprint.output(WebhookSecret)
def rotate_webhook(number: int) -> dict[str, Any]:
    """A new secret. For a day messages bear the signature of the old one, too."""
    services = current.services()
    with services.database.transaction() as tx:
        row = webhooks.read_webhook(tx, number)
        return {**_told(row), "secret": webhooks.rotate(tx, services.key, current.actor(), row)}


@blueprint.post("/<int:number>/test")
@guard.staff("webhook:manage")
@blueprint.output(WebhookTold, 202)
def test_webhook(number: int) -> dict[str, Any]:
    """Send a trial, an event `channel:test`."""
    with current.services().database.transaction() as tx:
        row = webhooks.read_webhook(tx, number)
        receivers.test(tx, current.actor(), row)
        return _told(row)


@blueprint.delete("/<int:number>")
@guard.staff("webhook:manage")
@blueprint.output({}, 204)
def remove_webhook(number: int) -> str:
    """Nothing more is sent there. For 12 hours whoever did it can take it back at the desk (my last acts);
    then address and secret are deleted."""
    with current.services().database.transaction() as tx:
        receivers.remove(tx, current.actor(), webhooks.read_webhook(tx, number))
    return ""


def _told(row: Webhook) -> dict[str, Any]:
    return {
        "id": row.id, "label": row.label, "host": row.host, "events": webhooks.events_of(row),
        "state": channel_pages.state_of(row), "failure": row.failure, "sent_at": row.sent_at,
    }  # fmt: skip
