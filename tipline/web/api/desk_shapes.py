"""Rows of the database as the desk's API tells them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from tipline import failures
from tipline.db import Transaction
from tipline.domain import (
    accounts,
    clock,
    duplicates,
    evidence,
    links,
    members,
    messages,
    recorders,
    renditions,
    steps,
    tasks,
    tips,
    triage,
)
from tipline.domain.accounts import Account
from tipline.domain.cases import Case, numbers
from tipline.domain.custody import Custody
from tipline.domain.evidence import Evidence
from tipline.domain.hints import SERIES, Pointer
from tipline.domain.incidents import Incident
from tipline.domain.links import Link
from tipline.domain.progress import Progress
from tipline.domain.shops import Shop
from tipline.domain.tips import Tip
from tipline.domain.triage import Row
from tipline.errors import TiplineError
from tipline.web import current, media
from tipline.web.api import clock_shapes, response_models
from tipline.web.api.case_models import CaseTip
from tipline.web.api.desk_models import DeskMessage, DeskTip, EvidenceBrief

EXCERPT = 200


def read_tip(tx: Transaction, reference: str) -> Tip:
    """A tip that was handed in; drafts are the reporter's own."""
    tip = tips.read_tip(tx, reference)
    if tip.state == "draft":
        raise TiplineError("tip:not-found")
    return tip


def queue_item(row: Row) -> dict[str, Any]:
    tip = row.tip
    return {
        **_picked(
            tip,
            "reference state category received_at occurred_at place beat ack_due_at acknowledged_at version",
        ),
        "clock": response_models.desk_clock_of(tip),
        "text": tip.text[:EXCERPT],
        "evidence_count": len(row.files),
        "footage_s": row.footage_s,
        "progress": row.progress,
        "keyframes": [media.rendition_url(one) for one in row.thumbnails],
        "assignee": row.assignee.username if row.assignee else None,
        "cases": [case.number for case in row.cases],
        "duplicates": [_pointer(row, one) for one in row.pointers if one.kind != SERIES],
        "series": [_pointer(row, one) for one in row.pointers if one.kind == SERIES],
        "unread": row.is_unread,
        "overwrites_at": row.overwrites_at,
    }


def _pointer(row: Row, one: Pointer) -> dict[str, Any]:
    return {**_picked(one, "reference kind band"), "case": row.case_of.get(one.tip_id)}


def tip(tx: Transaction, one: Tip) -> dict[str, Any]:
    """The whole tip, but how to reach its reporter: that is asked for by itself."""
    held = {
        "assignee",
        "clock",
        "taken_by",
        "shop",
        "evidence",
        "messages",
        "cases",
        "duplicates",
        "duplicate_of",
        "awaits_footage",
    }
    files = evidence.list_of_tip(tx, one)
    return {
        **{name: getattr(one, name) for name in DeskTip.model_fields if name not in held},
        "assignee": _name(tx, one.assignee_id),
        "clock": response_models.desk_clock_of(one),
        "taken_by": _name(tx, one.taken_by_id),
        "shop": _shop(tx, one.shop),
        "evidence": [brief(file) for file in files],
        "awaits_footage": recorders.is_awaited(one, files),
        "messages": [message(text) for text in messages.list_all(tx, one)],
        "cases": [_linked_case(link, case) for link, case in links.list_cases_of(tx, one, current.actor())],
        "duplicate_of": duplicates.root_of(tx, one).reference if one.duplicate_of_id else None,
        "duplicates": [each.reference for each in duplicates.list_of(tx, one)],
    }


def _shop(tx: Transaction, code: str | None) -> dict[str, Any] | None:
    shop = tx.get(Shop, code) if code else None
    if shop is None:
        return None
    return {**_picked(shop, "code name"), "tips": triage.count_by_shop(tx, shop.code).get(shop.code, 0)}


def brief(file: Evidence) -> dict[str, Any]:
    return {name: getattr(file, name) for name in EvidenceBrief.model_fields}


def message(one: messages.Message) -> dict[str, Any]:
    return {name: getattr(one, name, None) for name in DeskMessage.model_fields}


def note(one: Progress, incident: Incident) -> dict[str, Any]:
    """What was told to everyone who reports an incident, as a message of one tip."""
    return {
        "id": -one.id, "kind": "progress", "by_reporter": False, "author": one.author, "text": one.text,
        "at": one.at, "answered_at": None, "withdrawn_at": one.withdrawn_at, "incident": incident.reference,
    }  # fmt: skip


def whole_evidence(tx: Transaction, file: Evidence) -> dict[str, Any]:
    tip = tx.get_one(Tip, file.tip_id)
    return {
        **brief(file),
        "tip": tip.reference,
        "client_sha256": file.client_sha256,
        "digest_matches": file.digest_matches,
        "failure_text": _failure_sentence(file.failure),
        "waits_for": "room" if file.id in steps.held_up(tx, file.tip_id) else None,
        "received_at": file.received_at,
        "clock": clock_shapes.told(file, tip),
        "media": file.facts or None,
        "renditions": [_rendition(one) for one in renditions.list_of(tx, file.id)],
    }


def _failure_sentence(code: str | None) -> str | None:
    return gettext(failures.sentence_of(code)) if code else None


def _rendition(one: renditions.Rendition) -> dict[str, Any]:
    told = _picked(one, "kind name sha256 t width height")
    return {**told, "url": media.rendition_url(one), "provisional": one.is_provisional}


def case(tx: Transaction, one: Case) -> dict[str, Any]:
    return cases(tx, [one])[0]


def cases(tx: Transaction, many: list[Case]) -> list[dict[str, Any]]:
    """Cases with their tips, in a fixed number of queries."""
    linked = links.list_tips_of_many(tx, [one.id for one in many])
    leads = accounts.names(tx, {one.lead_id for one in many if one.lead_id})
    assisting, waiting = members.list_assisting(tx, many), tasks.count_open(tx, many)
    pointed = numbers(tx, {one.merged_into_id for one in many if one.merged_into_id})
    return [
        {
            **_picked(one, "number title summary state opened_at closed_at outcome access version"),
            "merged_into": pointed.get(one.merged_into_id or 0),
            "members": [
                {"username": account.username, "name": account.display_name, "part": part}
                for part, account in _crew(leads.get(one.lead_id or 0), assisting[one.id])
            ],
            "open_tasks": waiting.get(one.id, 0),
            "lead": leads[one.lead_id].username if one.lead_id else None,
            "tips": [_case_tip(link, found) for link, found in linked[one.id]],
        }
        for one in many
    ]


def _crew(lead: Account | None, assisting: list[Account]) -> list[tuple[str, Account]]:
    return [*([(members.LEAD, lead)] if lead else []), *((members.ASSISTING, one) for one in assisting)]


def _case_tip(link: Link, found: Tip) -> dict[str, Any]:
    of_tip = {name: getattr(found, name) for name in CaseTip.model_fields if hasattr(found, name)}
    return {**of_tip, "reason": link.reason, "linked_by": link.author, "linked_at": link.at}


def _linked_case(link: Link, found: Case) -> dict[str, Any]:
    of_case = _picked(found, "number title state")
    return {**of_case, "reason": link.reason, "linked_by": link.author, "linked_at": link.at}


def custody(entry: Custody) -> dict[str, Any]:
    """As it was hashed, so that a client can check the chain by itself."""
    return {
        **_picked(entry, "seq actor action subject tip reason detail previous hash"),
        "at": clock.stamp(entry.at),
    }


def _name(tx: Transaction, account_id: int | None) -> str | None:
    found = accounts.names(tx, {account_id}) if account_id else {}
    return found[account_id].username if account_id in found else None


def _picked(row: object, names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names.split()}
