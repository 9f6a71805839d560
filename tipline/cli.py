"""The command line: what an operator types. Each command is small; the work is done elsewhere."""

from __future__ import annotations

import os

import click

from tipline import __version__
from tipline.commands import (
    backup,
    beat,
    contacts,
    custody,
    intake,
    key,
    keys,
    media,
    operating,
    package,
    receipt,
    retention,
    share,
    shop,
    system,
    token,
    user,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tipline")
def program() -> None:
    """Tipline: an open tip line with evidence.

    Settings come from environment variables that begin with TIPLINE_; `tipline settings show` lists them.
    """


for command in (
    operating.run,
    operating.web,
    operating.worker,
    operating.migrate,
    operating.demo,
    user.group,
    intake.group,
    shop.group,
    beat.group,
    token.group,
    media.group,
    custody.group,
    key.group,
    keys.group,
    contacts.group,
    backup.backup,
    backup.restore,
    receipt.group,
    retention.group,
    retention.erase,
    package.group,
    share.group,
    system.doctor,
    system.settings_group,
):
    program.add_command(command)


def main() -> None:
    # Whatever this program and those it starts write holds reporters' words: it is for this user alone.
    os.umask(0o077)
    program(prog_name="tipline")
