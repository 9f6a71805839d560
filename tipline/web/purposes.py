"""Asks why: the one prompt before a name is shown or a file leaves, and where a program says it.

A page draws `reason` of `macros/reason.html` from `prompt`, and reads the answer by `of_form`. A program says
it in `Tipline-Reason`; one that does not stands for the label of its token. Wrap the act in `recorded`, so
that wanting without a reason stands in the log.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import unquote

from flask import request

from tipline.db import Transaction
from tipline.domain import purposes
from tipline.domain.purposes import Purpose
from tipline.errors import N_, TiplineError
from tipline.web import current, errors

HEADER, CASE_HEADER = "Tipline-Reason", "Tipline-Case"
# What it is mostly for, by what is wanted. The words that are chosen go into the log as they stand.
USUAL: dict[str, tuple[str, ...]] = {
    "contact": (
        N_("Ask the tip provider a question"),
        N_("Take a statement"),
        N_("Fetch the original recording"),
        N_("Protect the tip provider"),
    ),
    "share": (
        N_("Identify a person or vehicle"),
        N_("Same series in another district"),
        N_("Asked for by the unit in charge"),
    ),
    "package": (
        N_("Hand over to the prosecutor or court"),
        N_("Hand over to another unit"),
        N_("Expert opinion"),
    ),
    "hold": (
        N_("A court or prosecutor needs it"),
        N_("A complaint or objection is pending"),
        N_("An internal inquiry is under way"),
    ),
    "erasure": (
        N_("The person shown asks for it"),
        N_("Not about anything the station investigates"),
        N_("Sent by mistake"),
    ),
    "hold-end": (
        N_("The proceedings are over"),
        N_("The complaint is settled"),
        N_("Set by mistake"),
    ),
    "retention": (
        N_("Decided by the station"),
        N_("A new regulation"),
        N_("Asked for by data protection"),
    ),
    "original": (
        N_("Examine it at another workstation"),
        N_("Expert opinion"),
        N_("For the case file"),
        N_("Hand over to the prosecutor or court"),
    ),
}


class Prompt(NamedTuple):
    """What the prompt shows: usual reasons, what stands in its fields, and what is wrong with it."""

    usual: tuple[str, ...] = ()
    chosen: str = ""
    reason: str = ""
    case: str = ""
    faults: dict[str, str] = {}  # noqa: RUF012 - never changed
    longest: int = purposes.LONGEST


def prompt(what: str, *, remembered: Purpose | None = None, faults: dict[str, str] | None = None) -> Prompt:
    """Empty, with what was said a moment ago, or with what was just typed and the sentences on why not."""
    if faults is None:
        return Prompt(USUAL[what], reason=remembered.reason if remembered else "")
    chosen, reason, case = (request.form.get(name, "")[:2000] for name in ("usual", "reason", "case"))
    return Prompt(USUAL[what], chosen, reason, case, faults)


def refused(what: str, fault: TiplineError) -> Prompt:
    """The same after a refusal."""
    return prompt(
        what, faults={name: errors.field_sentence(code, fault) for name, code in fault.fields.items()}
    )


def of_form(tx: Transaction) -> Purpose:
    """What was chosen and typed; raises as `purposes.stated` does."""
    return purposes.stated(tx, current.actor(), said_in_form(), request.form.get("case", ""))


def said_in_form() -> str:
    """What was chosen and what was typed, in one line; empty if neither was."""
    parts = [request.form.get(name, "").strip() for name in ("usual", "reason")]
    return " – ".join(one for one in parts if one)


def of_request(tx: Transaction, reference: str, *, goes_on: bool = False) -> Purpose:
    """Of a request without a form: its header, else what this person said of the tip a moment ago, else the
    standing reason of a token. `goes_on` is for the rest of a download that broke off."""
    header = request.headers.get(HEADER, "")
    if header.strip():
        case = request.headers.get(CASE_HEADER, "")
        return purposes.stated(tx, current.actor(), _plain(header), case)
    window = purposes.GOES_ON if goes_on else purposes.REMEMBERED
    standing = current.standing_reason()
    if standing:
        return Purpose(standing, is_recalled=True)
    recalled = purposes.recall(tx, current.actor(), reference, within=window)
    if recalled is None:
        raise TiplineError("purpose:needed", fields={"reason": "purpose:needed"})
    return recalled


def of_program(said: str | None) -> str:
    """What a program says of its act in body or header, else the standing reason of its token, or nothing."""
    header = request.headers.get(HEADER, "")
    return said if said is not None else _plain(header) if header.strip() else current.standing_reason() or ""


def _plain(header: str) -> str:
    """Headers hold bytes: read as UTF-8, or percent-encoded where a client cannot send those."""
    try:
        return unquote(header.encode("latin-1").decode())
    except ValueError:
        return unquote(header)


@contextmanager
def recorded(wanted: str, subject: str, reference: str | None = None) -> Iterator[None]:
    """Around an act that needs a reason: without one nothing is done, and that stands in the log."""
    try:
        yield
    except TiplineError as fault:
        if fault.code in purposes.REFUSALS:
            with current.services().database.transaction() as tx:
                purposes.refuse(tx, current.actor(), wanted, subject, reference)
        raise
