"""Handing over for programs of the desk: colleagues, beats, partners asked by a link, and the directory."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from tipline.db import Transaction
from tipline.domain import accounts, attached, handover, messages, partners, referrals, referring
from tipline.domain.messages import Message
from tipline.domain.partners import Partner
from tipline.domain.referrals import Referral
from tipline.domain.referring import Wish
from tipline.web import current, guard, media
from tipline.web.api import desk_shapes
from tipline.web.api.taking import Taken
from tipline.web.requests import body_may_lack
from tipline.web.review import handed

blueprint = APIBlueprint("api_handover", __name__, url_prefix="/api/v1", tag="Handing over")


class Delegation(Taken):
    to: str = Field(description="User name of the colleague who takes over.")
    note: str = Field(description="What is known and what is to be done; the tip provider does not see it.")


class Transfer(Taken):
    beat: str = Field(description="Code of the beat that takes over.")
    note: str


class HandedOver(BaseModel):
    reference: str
    assignee: str | None
    beat: str | None


class SentOn(Taken):
    service: int | None = Field(None, description="Id of a line of kind public in the directory.")
    name: str = Field("", description="Who can help, where the directory has no such line.")
    words: str = Field("", description="What you add to the sentence that says where to go.")


class TipSentOn(BaseModel):
    reference: str
    state: str
    told: str = Field(description="What the tip provider reads, in the language of the report.")


class PartnerOut(BaseModel):
    id: int
    kind: str = Field(
        description="property, lift, school, water, power, other, or public: where residents go."
    )
    name: str
    phone: str
    beat: str | None = Field(description="Empty for one that serves the whole district.")
    words: str
    active: bool


class PartnerList(BaseModel):
    items: list[PartnerOut]


class PartnerQuery(BaseModel):
    beat: str = Field("", description="Those of this beat, and of the whole district.")


class ReferralAsked(Taken):
    partner: int = Field(description="Its id in the directory.")
    words: str = Field(description="What is asked of the partner.")
    shown: list[str] = Field(
        [], description="What the partner may see: place, time, words. Contact and identity never."
    )
    hours: int = Field(referrals.LASTS_HOURS, description="How long the link works, 1 to 336.")


class ReplyFile(BaseModel):
    evidence: str = Field(description="Its id: see GET /api/v1/evidence/{id}.")
    picture: str | None = Field(description="Address of what may be shown of it; none yet, or none at all.")


class ReplyOut(BaseModel):
    id: int
    at: datetime
    text: str = Field(description="Empty where the partner sent files without words.")
    files: list[ReplyFile]
    passed_on_at: datetime | None


class PassedOn(Taken):
    pictures: list[str] = Field(
        [], max_length=50, description="Ids of files whose picture the tip provider may see, too."
    )


class ReplyTold(BaseModel):
    message: int
    told: str = Field(description="What the tip provider reads, in the language of the report.")


class ReferralOut(BaseModel):
    id: int
    number: str
    partner: PartnerOut
    state: str = Field(
        description="sent, silent, accepted, coming, late, arrived, done, declined, withdrawn or expired."
    )
    words: str
    shown: list[str]
    created_at: datetime
    opened_at: datetime | None
    eta_at: datetime | None
    expires_at: datetime
    ended_at: datetime | None
    link: str | None = Field(description="For the partner, who needs no account; none once it is over.")
    replies: list[ReplyOut]


class ReferralList(BaseModel):
    items: list[ReferralOut]


@blueprint.get("/partners")
@guard.staff("tip:act")
@blueprint.input(PartnerQuery, location="query")
@blueprint.output(PartnerList)
def list_partners(query_data: PartnerQuery) -> dict[str, Any]:
    """The directory: who can be asked to help, and services that residents are sent to."""
    with current.services().database.reading() as tx:
        return {"items": [_partner(one) for one in partners.list_partners(tx, beat=query_data.beat)]}


@blueprint.post("/tips/<reference>/delegate")
@guard.staff("tip:act")
@blueprint.input(Delegation)
@blueprint.output(HandedOver)
def delegate_tip(reference: str, json_data: Delegation) -> dict[str, Any]:
    """Give the tip to a colleague with a note. Its provider reads that another officer goes on with it."""
    with current.services().database.transaction() as tx:
        tip = desk_shapes.read_tip(tx, reference)
        person = accounts.read_assignable(tx, json_data.to)
        handover.delegate(tx, current.actor(), tip, person, json_data.note)
        return {"reference": tip.reference, "assignee": person.username, "beat": tip.beat}


@blueprint.post("/tips/<reference>/transfer")
@guard.staff("tip:act")
@blueprint.input(Transfer)
@blueprint.output(HandedOver)
def transfer_tip(reference: str, json_data: Transfer) -> dict[str, Any]:
    """Give the tip to another beat with a note, to whoever has duty there. The clock goes on."""
    with current.services().database.transaction() as tx:
        tip = desk_shapes.read_tip(tx, reference)
        handover.transfer(tx, current.actor(), tip, json_data.beat, json_data.note, current.zone())
        who = accounts.names(tx, {tip.assignee_id or 0}).get(tip.assignee_id or 0)
        return {"reference": tip.reference, "assignee": who.username if who else None, "beat": tip.beat}


@blueprint.post("/tips/<reference>/send-on")
@guard.staff("tip:act")
@blueprint.input(SentOn)
@blueprint.output(TipSentOn)
def send_tip_on(reference: str, json_data: SentOn) -> dict[str, Any]:
    """Not for the police: close it kindly, and tell its provider who can help and how to reach them.

    Name either `service` or, where the directory has none, `name`.
    """
    with current.services().database.transaction() as tx:
        tip = desk_shapes.read_tip(tx, reference)
        found = partners.read_service(tx, json_data.service) if json_data.service is not None else None
        name, phone = (found.name, found.phone) if found else (handed.service_name(json_data.name), "")
        text = handed.send_on_words(tip.language, name, phone, json_data.words)
        message = handover.send_on(tx, current.actor(), tip, text, name)
        return {"reference": tip.reference, "state": tip.state, "told": message.text}


@blueprint.get("/tips/<reference>/referrals")
@guard.staff("tip:act")
@blueprint.output(ReferralList)
def list_referrals(reference: str) -> dict[str, Any]:
    """Partners that were asked to help with the tip, how far they are, what they wrote."""
    with current.services().database.reading() as tx:
        tip = desk_shapes.read_tip(tx, reference)
        return {"items": _told(tx, referrals.list_of_tip(tx, tip))}


@blueprint.post("/tips/<reference>/referrals")
@guard.staff("tip:act")
@blueprint.input(ReferralAsked)
@blueprint.output(ReferralOut, 201)
def make_referral(reference: str, json_data: ReferralAsked) -> dict[str, Any]:
    """Ask a partner to help, by a link without an account."""
    services = current.services()
    with services.database.transaction() as tx:
        tip = desk_shapes.read_tip(tx, reference)
        partner = partners.read_open(tx, json_data.partner)
        wish = Wish(json_data.words, json_data.shown, json_data.hours)
        made = referring.make(tx, services.key, current.actor(), tip, partner, wish, handed.say)
        return _told(tx, [made])[0]


@blueprint.post("/tips/<reference>/referrals/<int:referral_id>/remind")
@guard.staff("tip:act")
@blueprint.output(ReferralOut)
def remind_partner(reference: str, referral_id: int) -> dict[str, Any]:
    """Note that the partner was asked once more: the page behind the link says so, and the tip's provider
    reads it. Sending the link once more is up to you."""
    with current.services().database.transaction() as tx:
        tip = desk_shapes.read_tip(tx, reference)
        referral = referrals.read_referral(tx, tip, referral_id)
        referring.remind(tx, current.actor(), tip, referral, handed.say)
        return _told(tx, [referral])[0]


@blueprint.post("/tips/<reference>/referrals/<int:referral_id>/withdraw")
@guard.staff("tip:act")
@blueprint.output(ReferralOut)
def withdraw_referral(reference: str, referral_id: int) -> dict[str, Any]:
    """The link shows nothing from this moment on."""
    with current.services().database.transaction() as tx:
        tip = desk_shapes.read_tip(tx, reference)
        referral = referrals.read_referral(tx, tip, referral_id)
        referring.withdraw(tx, current.actor(), tip, referral, handed.say)
        return _told(tx, [referral])[0]


@blueprint.post("/tips/<reference>/replies/<int:message_id>/pass-on")
@guard.staff("tip:act")
@body_may_lack
@blueprint.input(PassedOn)
@blueprint.output(ReplyTold)
def pass_reply_on(reference: str, message_id: int, json_data: PassedOn) -> dict[str, Any]:
    """Tell the tip provider what a partner wrote, without its name, and show the pictures you name."""
    with current.services().database.transaction() as tx:
        tip = desk_shapes.read_tip(tx, reference)
        reply = referrals.read_reply(tx, tip, message_id)
        words = handed.passed_words(tx, tip, reply)
        told = referring.pass_on(tx, current.actor(), tip, reply, words, json_data.pictures)
        return {"message": told.id, "told": told.text}


def _partner(one: Partner) -> dict[str, Any]:
    return {name: getattr(one, name) for name in PartnerOut.model_fields}


def _reply(said: Message, sent: dict[int, list[attached.Picture]]) -> dict[str, Any]:
    return {
        "id": said.id, "at": said.at, "text": said.text, "passed_on_at": said.answered_at,
        "files": [
            {"evidence": file.id, "picture": media.rendition_url(made) if made else None}
            for file, made in sent.get(said.id, [])
        ],
    }  # fmt: skip


def _told(tx: Transaction, many: list[Referral]) -> list[dict[str, Any]]:
    named = referrals.partners_of(tx, many)
    written = messages.list_of_referrals(tx, [one.id for one in many])
    sent = attached.of_messages(tx, [one.id for one in written])
    plain = ("id", "number", "state", "words", "created_at", "opened_at", "eta_at", "expires_at", "ended_at")
    return [
        {
            **{name: getattr(one, name) for name in plain},
            "partner": _partner(named[one.partner_id]),
            "shown": one.may_show,
            "link": handed.link_of(one) if one.is_open else None,
            "replies": [_reply(said, sent) for said in written if said.referral_id == one.id],
        }
        for one in many
    ]
