"""What a tip's page shows of handing over: partners and how far they are, and what its forms offer."""

from __future__ import annotations

from typing import Any, NamedTuple

from tipline import i18n
from tipline.db import Transaction
from tipline.domain import accounts, messages, partners, referrals, rights
from tipline.domain.messages import Message
from tipline.domain.partners import Partner
from tipline.domain.referrals import Referral
from tipline.domain.tips import Tip
from tipline.errors import N_
from tipline.web import current
from tipline.web.review import handing_words
from tipline.web.review.words import Word

# What a reporter reads whose matter is for somebody else, in the language of the report.
CALL = N_(
    "Thank you for writing to us. This is not something the police can settle, and we do not want you to wait"
    " in vain: %(name)s can help, please call %(phone)s. In danger, call 110 at any time."
)
GO = N_(
    "Thank you for writing to us. This is not something the police can settle, and we do not want you to wait"
    " in vain: please turn to %(name)s. In danger, call 110 at any time."
)
# What a partner wrote or sent, when an officer passes it on.
PASSED = N_("%(who)s writes: %(text)s")
SENT_PICTURES = N_("%(who)s sent a picture.")
HOURS = (2, 8, 24, 72, 168)


class Row(NamedTuple):
    """One referral as the desk shows it."""

    referral: Referral
    partner: Partner
    author: str
    replies: list[Message]

    @property
    def word(self) -> Word:
        return handing_words.STATE[self.referral.state]


def gather(tx: Transaction, tip: Tip, *, is_covered: bool) -> dict[str, Any]:
    """Referrals of the tip, whom else to ask, and services with the words a reporter would read. Without any
    covered copy of its files no picture is looked for."""
    acting = rights.may(current.actor(), "tip:act")
    serving = partners.serving(tx, tip) if acting else []
    return {
        "rows": rows_of(tx, referrals.list_of_tip(tx, tip)),
        "partners": partners.for_tip(tip, serving),
        "services": [
            (one, send_on_words(tip.language, one.name, one.phone)) for one in partners.services(serving)
        ],
        "pictures": referrals.pictures_of(tx, tip) if acting and is_covered else [],
        "when": referrals.when(tip),
        "is_about_writer": referrals.speaks_of_writer(tip),
        "hours": HOURS,
        "lasts": referrals.LASTS_HOURS,
    }


def send_on_words(language: str, name: str, phone: str, added: str = "") -> str:
    """What the reporter reads, with what the officer adds to it."""
    told = i18n.say(language, CALL, name=name, phone=phone) if phone else i18n.say(language, GO, name=name)
    return "\n".join([told, added.strip()]).strip()


def service_name(typed: str) -> str:
    """Of a service that stands in no directory."""
    return " ".join(typed.split())[: partners.LONGEST_NAME]


def passed_words(tx: Transaction, tip: Tip, message: Message) -> str:
    """What the reporter reads of what a partner wrote, in the language of the report and without a name."""
    referral = referrals.read_referral(tx, tip, message.referral_id or 0)
    who = i18n.say(tip.language, partners.read_partner(tx, referral.partner_id).what.who)
    if not message.text:
        return i18n.say(tip.language, SENT_PICTURES, who=who)
    return i18n.say(tip.language, PASSED, who=who, text=message.text)


def say(sentence: str, **values: object) -> str:
    """In the station's language, for all who reported an incident."""
    return i18n.say(current.settings().locale, sentence, **values)


def rows_of(tx: Transaction, found: list[Referral]) -> list[Row]:
    """In a fixed number of queries."""
    if not found:
        return []
    named, people = referrals.partners_of(tx, found), accounts.names(tx, {one.author_id for one in found})
    written = messages.list_of_referrals(tx, [one.id for one in found])
    return [
        Row(
            one, named[one.partner_id],
            people[one.author_id].display_name if one.author_id in people else "–",
            [message for message in written if message.referral_id == one.id],
        )
        for one in found
    ]  # fmt: skip


def link_of(referral: Referral) -> str:
    """Follows from the station's key: it can be shown as often as it is needed."""
    return f"{current.settings().base_url}/refer/{referrals.token_of(current.services().key, referral)}"
