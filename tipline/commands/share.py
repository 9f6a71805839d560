"""Shares from the command line: what is out, and taking one back without a browser."""

from __future__ import annotations

import click

from tipline.commands import ground
from tipline.domain import clock, shares, sharing
from tipline.domain.actors import SYSTEM
from tipline.errors import TiplineError


@click.group("share")
def group() -> None:
    """Copies for recipients outside."""


@group.command("list")
@click.option("--open", "only_open", is_flag=True, help="Only those that can be opened now.")
def list_shares(only_open: bool) -> None:
    """List shares, newest first: number, state, end, openings, recipient."""
    with ground.opened() as services, services.database.reading() as tx:
        found = shares.list_shares(tx, limit=10_000)
        copies = shares.copies_of(tx, found)
        for one in found:
            state = shares.state_of(one, copies.get(one.id))
            if state == shares.OPEN or not only_open:
                most = f"/{one.most_views}" if one.most_views else ""
                end = clock.stamp(one.expires_at)[:16]
                click.echo(f"{one.number}  {state:<8} {end}Z  {one.views}{most}  {one.recipient}")


@group.command("revoke")
@click.argument("number")
@click.option("--reason", default="", help="Why, for the log.")
def revoke(number: str, reason: str) -> None:
    """Revoke the share of this NUMBER, such as S-7K2Q9MXW. Exit 0, or 2 if there is none."""
    with ground.opened() as services:
        try:
            with services.database.transaction() as tx:
                sharing.revoke(tx, SYSTEM, shares.read_numbered(tx, number), reason)
        except TiplineError as fault:
            ground.refuse(ground.sentence(services.settings, fault))
