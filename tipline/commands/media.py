"""One file through the examination, without a server."""

from __future__ import annotations

import click

from tipline.commands import ground


@click.group("media")
def group() -> None:
    """Footage and photos on this machine."""


@group.command()
@click.argument("file", type=click.Path())
@click.option("--out", metavar="DIR", help="Write the keyframes into this folder.")
@click.option("--copy", metavar="DIR", help="Write what a browser plays, and its frames, into this folder.")
@click.option("--html", metavar="OUT", help="Write a page with contact sheet and facts that stands alone.")
def inspect(file: str, out: str | None, copy: str | None, html: str | None) -> None:
    """Examine one file in the sandbox and print what was found as JSON.

    Exit 0 readable, 3 kept but not decodable, 2 wrong usage.
    """
    given = {"--out": out, "--copy": copy, "--html": html}
    asked = [word for name, value in given.items() if value for word in (name, value)]
    ground.become("workers.inspect", *asked, "--", file)
