"""All nouns that have a table, in one place for migrations."""

from __future__ import annotations

from tipline.domain import (
    accounts,
    beats,
    cases,
    contacts,
    custody,
    deliveries,
    evidence,
    links,
    messages,
    outbox,
    receipts,
    renditions,
    sessions,
    shops,
    signatures,
    steps,
    taken,
    tips,
    uploads,
)

ALL = (
    accounts,
    beats,
    cases,
    contacts,
    custody,
    deliveries,
    evidence,
    links,
    messages,
    outbox,
    receipts,
    renditions,
    sessions,
    shops,
    signatures,
    steps,
    taken,
    tips,
    uploads,
)
