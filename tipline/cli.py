"""The command line: what an operator types. Each command is small; the work is done elsewhere."""

from __future__ import annotations

import os
from importlib import import_module

import click

from tipline import __version__

# Where each command is. It is loaded when it is asked for: those that only start another program would wait
# for all that the others need, and keep it in memory for as long as that runs.
COMMANDS = {
    "backup": "backup.backup",
    "beat": "beat.group",
    "contacts": "contacts.group",
    "custody": "custody.group",
    "demo": "operating.demo",
    "doctor": "system.doctor",
    "erase": "retention.erase",
    "intake": "intake.group",
    "key": "key.group",
    "keys": "keys.group",
    "media": "media.group",
    "migrate": "operating.migrate",
    "package": "package.group",
    "receipt": "receipt.group",
    "restore": "backup.restore",
    "retention": "retention.group",
    "run": "operating.run",
    "settings": "system.settings_group",
    "share": "share.group",
    "shop": "shop.group",
    "token": "token.group",
    "user": "user.group",
    "web": "operating.web",
    "worker": "operating.worker",
}


class Commands(click.Group):
    """Knows the names of all commands, and loads the one that is meant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module, _, name = COMMANDS.get(cmd_name, "").partition(".")
        if not module:
            return None
        found: click.Command = getattr(import_module(f"tipline.commands.{module}"), name)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tipline")
def program() -> None:
    """Tipline: an open tip line with evidence.

    Settings come from environment variables that begin with TIPLINE_; `tipline settings show` lists them.
    """


def main() -> None:
    # Whatever this program and those it starts write holds reporters' words: it is for this user alone.
    os.umask(0o077)
    program(prog_name="tipline")
