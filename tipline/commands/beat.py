"""Beats from the command line: what there is, who is on duty, lines of the rota."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from tipline import i18n
from tipline.commands import ground
from tipline.domain import accounts, beats, clock, duties
from tipline.domain.actors import SYSTEM
from tipline.domain.duties import ON_CALL, PARTS, Line
from tipline.errors import N_

NOBODY = N_("nobody")
ADDED = N_("The rota has one line more: %(who)s, %(part)s.")
TAKEN = N_("The line is taken out of the rota.")


@click.group("beat")
def group() -> None:
    """Beats of the district and their rotas."""


@group.command("add")
@click.argument("code")
@click.argument("name")
def add(code: str, name: str) -> None:
    """Add a beat. Its border is drawn at the desk or comes in from a file."""
    with ground.opened() as services, services.database.transaction() as tx:
        beats.add(tx, SYSTEM, code, name)


@group.command("list")
@click.option("--at", type=click.DateTime(), help="At this time of the station's clock; now, if left out.")
def list_beats(at: datetime | None) -> None:
    """List beats: code, name, and who is on duty there, in the order in which they are told."""
    with ground.opened() as services, services.database.reading() as tx:
        zone = ZoneInfo(services.settings.timezone)
        moment = at.replace(tzinfo=zone) if at else clock.now()
        people = {one.id: one.username for one in accounts.list_accounts(tx)}
        chains = duties.chains(tx, moment, zone)
        for one in beats.list_beats(tx):
            names = [people[each] for each in chains[one.code].everyone]
            told = " → ".join(names) or i18n.say(services.settings.locale, NOBODY)
            click.echo(f"{one.code}  {one.name}  {told}")


@group.command("rota")
@click.argument("code", required=False)
def rota(code: str | None) -> None:
    """List the lines of a beat's rota, or without a code who is on call for the station."""
    with ground.opened() as services, services.database.reading() as tx:
        if code:
            beats.read_beat(tx, code)
        people = {one.id: one.username for one in accounts.list_accounts(tx)}
        for one in duties.list_of(tx, code):
            bounds = f"  {one.since or '…'} – {one.until or '…'}" if one.since or one.until else ""
            who = people[one.account_id]
            click.echo(f"{one.id}  {who}  {one.part}  {one.weekdays}  {one.starts}–{one.ends}{bounds}")


@group.command("duty")
@click.argument("code", required=False)
@click.option("--who", required=True, metavar="NAME", help="User name.")
@click.option(
    "--as", "part", type=click.Choice(PARTS), help="officer or deputy; on_call goes without a code."
)
@click.option("--days", default="1234567", show_default=True, help="Days it begins on; Monday is 1.")
@click.option("--from", "starts", default="00:00", show_default=True, help="When it begins, HH:MM.")
@click.option("--until", "ends", default="00:00", show_default=True, help="Earlier: the next day.")
def duty(code: str | None, who: str, part: str | None, days: str, starts: str, ends: str) -> None:
    """Add a line to a beat's rota, or without a code to the station's."""
    part = part or (ON_CALL if code is None else duties.OFFICER)
    with ground.opened() as services:
        with services.database.transaction() as tx:
            duties.add(tx, SYSTEM, Line(who, part, code, days, starts, ends))
        click.echo(i18n.say(services.settings.locale, ADDED, who=who, part=part))


@group.command("off")
@click.argument("line", type=int)
def off(line: int) -> None:
    """Take a line out of the rota, by its number in `tipline beat rota`."""
    with ground.opened() as services:
        with services.database.transaction() as tx:
            duties.remove(tx, SYSTEM, duties.read_duty(tx, line))
        click.echo(i18n.say(services.settings.locale, TAKEN))
