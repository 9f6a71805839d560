"""The part of the catalogue of errors that is about the neighbourhood service: beats on duty, the response clock,
partners, incidents, topics, bulletins, notices, figures."""

# ruff: noqa: E501 - the table has one row an entry, however long its sentence is
from __future__ import annotations

from tipline.fault_kinds import N_, Entry, Kind
from tipline.incident_errors import INCIDENTS

_K = Kind
# fmt: off
SERVICE: dict[str, Entry] = {
    **INCIDENTS,
}
