"""What a reporter is told of a tip, on pages and by the API. Never a name of staff, a case, a suspicion."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from flask_babel import gettext

from tipline.db import Transaction
from tipline.domain import (
    attached,
    categories,
    clock,
    evidence,
    messages,
    ratings,
    recorders,
    timeline,
    tips,
    uploads,
    withdrawing,
)
from tipline.domain.evidence import Evidence
from tipline.domain.messages import Told as ToldMessage
from tipline.domain.renditions import Rendition
from tipline.domain.tips import Tip
from tipline.domain.uploads import Upload
from tipline.web import current, filters
from tipline.web.intake import responding, shared, wishes


@dataclass(frozen=True)
class Line:
    """One thing that happened, in words."""

    at: datetime
    code: str
    text: str


class Overwriting(NamedTuple):
    """When the recorder writes over footage that is still awaited, and in how many days from now."""

    at: datetime
    days: int  # 0: it may have happened already


class Rating(NamedTuple):
    """Whether the reporter may say how they were served, until when, and usual reasons of their verdict."""

    may: bool
    until: datetime | None
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, tip: Tip) -> Rating:
        until = tip.rated_at + ratings.CHANGEABLE if tip.rated_at else None
        may = current.sent_by_id() is None and ratings.may_rate(tip)
        return cls(may, until, ratings.REASONS.get(tip.rating or 0, ()))


@dataclass(frozen=True)
class Told:
    """A tip as its reporter sees it."""

    tip: Tip
    status: str
    status_text: str
    timeline: list[Line]
    messages: list[ToldMessage]
    files: list[Evidence]
    unfinished: dict[str, Upload]
    shared: shared.Shared | None = None
    pictures: dict[int, list[Rendition]] = field(default_factory=dict)  # by message; passed on by officers

    @property
    def questions(self) -> list[ToldMessage]:
        asked = [one for one in self.messages if one.kind == "question" and not one.withdrawn_at]
        return [one for one in asked if one.answered_at is None]

    @property
    def overwriting(self) -> Overwriting | None:
        if self.tip.overwrites_at is None or not recorders.is_awaited(self.tip, self.files):
            return None
        left = self.tip.overwrites_at - clock.now()
        return Overwriting(self.tip.overwrites_at, max(0, -(-left // timedelta(days=1))))

    @property
    def has_footage(self) -> bool:
        """Whether a film, or what may be one, has come or is on its way."""
        return any(recorders.is_footage(one) for one in self.files if one.state != "expired")

    @property
    def second_hand(self) -> list[Evidence]:
        """Films and photos of which the recorder's own export would show more, unless one came since."""
        asked = [one for one in self.arrived if recorders.is_second_hand(one)]
        since = max((one.number for one in self.arrived if recorders.is_native(one)), default=0)
        return [one for one in asked if one.number > since]

    def wish(self, file: Evidence) -> str | None:
        """What its sender is asked for because the file does not show all it could."""
        sentence = wishes.of(file) if self.may_add else None
        return gettext(sentence) if sentence else None

    @property
    def reading(self) -> tuple[datetime, datetime] | None:
        """What the recorder showed, and when."""
        return recorders.read_reading(self.tip.clock_reading)

    @property
    def sent_again(self) -> dict[str, int]:
        """Id of a file that arrived damaged → number of the one that came whole afterwards."""
        whole = {one.sha256: one.number for one in self.arrived}
        damaged = [one for one in self.files if one.digest_matches is False]
        return {one.id: whole[one.client_sha256] for one in damaged if one.client_sha256 in whole}

    @property
    def clock(self) -> responding.Clock:
        return responding.read(self.tip)

    @property
    def rating(self) -> Rating:
        return Rating.of(self.tip)

    @property
    def is_over(self) -> bool:
        """Closed, and nothing is asked of its reporter any more."""
        return self.tip.state in ratings.RATED and not self.questions

    @property
    def group(self) -> str:
        """Whether it is a tip, something that goes on now, a question or a request."""
        return categories.group_of(self.tip.category)

    @property
    def title(self) -> str:
        if self.group == categories.TIP:
            return str(gettext("Progress of %(reference)s", reference=self.tip.reference))
        return str(gettext("Your message %(reference)s", reference=self.tip.reference))

    @property
    def asks_of_recorder(self) -> bool:
        """Whether questions about a recorder mean anything to whoever wrote this."""
        return self.group == categories.TIP or any(recorders.is_native(one) for one in self.arrived)

    @property
    def is_draft(self) -> bool:
        return self.tip.state == "draft"

    @property
    def may_withdraw(self) -> bool:
        return withdrawing.may_withdraw(self.tip)

    @property
    def may_add(self) -> bool:
        return self.tip.state not in tips.ENDED

    @property
    def arrived(self) -> list[Evidence]:
        return [one for one in self.files if one.arrived]

    @property
    def to_send_again(self) -> list[Evidence]:
        """Files that did not arrive as they left the device."""
        return evidence.to_send_again(self.files)

    @property
    def is_empty(self) -> bool:
        """Neither words nor a file, not even one on its way."""
        return not self.tip.text and not any(one.state != "expired" for one in self.files)


def tell(tip: Tip) -> Told:
    """All that is told, from one consistent state."""
    with current.services().database.reading() as tx:
        return tell_in(tx, tips.read_tip(tx, tip.reference))


def note_read(told: Told) -> None:
    """Texts of officers that stand on the page were read; asked first, so that looking on writes nothing."""
    if any(not (one.by_reporter or one.read_at or one.withdrawn_at) for one in told.messages):
        with current.services().database.transaction() as tx:
            messages.see(tx, tips.read_tip(tx, told.tip.reference), seen=told.messages)


def tell_in(tx: Transaction, tip: Tip) -> Told:
    code, sentence = timeline.status(tx, tip)
    written = messages.list_public(tx, tip)
    lines = [Line(step.at, step.code, _words(step)) for step in timeline.steps(tx, tip)]
    return Told(
        tip,
        code,
        gettext(sentence),
        lines,
        written,
        evidence.list_of_reporter(tx, tip),
        uploads.unfinished(tx, tip),
        shared.of_tip(tx, tip),
        attached.shown_under(tx, [one.id for one in written if not one.withdrawn_at]),
    )


def _words(step: timeline.Step) -> str:
    return str(gettext(step.sentence, **{name: _said(value) for name, value in step.values.items()}))


def _said(value: object) -> object:
    if isinstance(value, timeline.Word):
        return gettext(value)
    return filters.plain_time(value) if isinstance(value, datetime) else value
