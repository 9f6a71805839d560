"""Hands out a package, and takes one away: the same for the page and for programs."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from flask import Response

import storage
from tipline.db import Transaction
from tipline.domain import packages
from tipline.domain.packages import Package
from tipline.web import current, media

MIME = "application/zip"


def send(package_id: str) -> Response:
    """The zip; one range at a time, and the beginning of each download stands in the log."""
    with current.services().database.reading() as tx:
        row, case = packages.read_package(tx, package_id, current.actor())
        packages.require_there(row)
    response = media.send_file(row.key, row.size or 0, row.sha256 or "", MIME)
    response.headers["Content-Disposition"] = media.disposition(row.name, inline=False)
    response.headers["Cache-Control"] = "private, no-cache"
    if media.is_download(response, packages.DOWNLOAD, f"case:{case.number}", row.id):
        with current.services().database.transaction() as tx:
            packages.note_download(tx, current.actor(), tx.get_one(Package, row.id))
    return response


def remove(tx: Transaction, row: Package) -> None:
    """Mark it removed; its bytes go after the commit, or with the sweep."""
    packages.remove(tx, current.actor(), row)
    tx.after_commit.append(partial(_forget, current.services().store, row.key))


def _forget(store: storage.Store, key: str) -> None:
    with suppress(storage.StoreError):
        store.delete(key)
