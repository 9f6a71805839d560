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
def inspect(file: str, out: str | None) -> None:
    """Examine one file in the sandbox and print what was found as JSON.

    Exit 0 readable, 3 kept but not decodable, 2 wrong usage.
    """
    ground.become("workers.inspect", *(("--out", out) if out else ()), "--", file)
