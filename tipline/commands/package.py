"""Packages on any machine: the check that lies in each of them. No database, no settings, no network."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tipline.verifier import checking
from tipline.verifier.joining import one_file


@click.group("package")
def group() -> None:
    """Evidence packages."""


@group.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--fingerprint", default="", help="Of the station's key, as it hangs on its notice board.")
def verify(file: Path, fingerprint: str) -> None:
    """Check a package offline: zip or unpacked folder. Exit 0, or 1 and each fault in Chinese and English.

    The same check lies in every package as data/verify.py and needs nothing but Python 3.8.
    """
    sys.exit(checking.main([*(["--fingerprint", fingerprint] if fingerprint else []), "--", str(file)]))


@group.command()
def verifier() -> None:
    """Print the check as one file of plain Python, for whoever wants it from elsewhere than a package."""
    click.echo(one_file(), nl=False)
