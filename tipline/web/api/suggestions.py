"""What a tip may belong to, for programs: the same hints as on its page, with the same sentences."""

from __future__ import annotations

from typing import Any

from apiflask import APIBlueprint
from pydantic import BaseModel, Field

from tipline.db import Transaction
from tipline.domain import hints, links
from tipline.domain.hints import Hint
from tipline.domain.tips import Tip
from tipline.web import current, guard, reasons
from tipline.web.api import desk_shapes

blueprint = APIBlueprint("api_suggestions", __name__, url_prefix="/api/v1/tips", tag="Tips")


class ReasonOut(BaseModel):
    code: str = Field(description="`lane:reason`, such as `shown:recording` or `series:place`.")
    text: str = Field(description="The reason as a sentence in the asker's language.")
    against: bool = Field(description="Whether it speaks against.")
    evidence: str | None = Field(None, description="The file of this tip that it is about.")
    other_evidence: str | None = Field(None, description="The file of the other tip.")


class Suggested(BaseModel):
    kind: str = Field(description="file, media, code: facts to compare; series: an opinion.")
    score: float = Field(description="Weight of evidence in bits. No probability.")
    band: str = Field(description="strong, some or weak")
    reasons: list[ReasonOut]


class SuggestedTip(Suggested):
    reference: str


class SuggestedCase(Suggested):
    number: str
    tip: str = Field(description="The one tip of that case which it rests on.")


class Suggestions(BaseModel):
    cases: list[SuggestedCase] = Field(description="Cases of those tips, as far as the account may see them.")
    tips: list[SuggestedTip] = Field(description="Facts before opinions, the strongest first.")


@blueprint.get("/<reference>/suggestions")
@guard.staff("tip:read")
@blueprint.output(Suggestions)
def get_suggestions(reference: str) -> dict[str, Any]:
    """Tips and cases that this one may belong to, and why. Nothing is attached by the machine."""
    with current.services().database.reading() as tx:
        tip = desk_shapes.read_tip(tx, reference)
        rows = [one for one in hints.list_of(tx, tip.id) if one.state == hints.OPEN]
        settled = hints.settled(tx, rows)
        return _told(tx, tip, [one for one in rows if one.id not in settled])


def _told(tx: Transaction, tip: Tip, rows: list[Hint]) -> dict[str, Any]:
    others = hints.tips_of(tx, rows)
    standing = links.list_cases_of_many(tx, list(others), current.actor())
    cases: dict[str, dict[str, Any]] = {}
    tips = []
    for row in rows:
        other = others.get(row.other_than(tip.id))
        if other is None:
            continue  # not the asker's to meet
        told = {
            "kind": row.kind, "score": round(row.score, 1), "band": row.band,
            "reasons": [_reason(one, tip, other) for one in hints.seen_from(row, tip.id)],
        }  # fmt: skip
        tips.append({"reference": other.reference, **told})
        for case in standing[other.id]:
            # Against the best single tip, not the whole case.
            if case.number not in cases or cases[case.number]["score"] < told["score"]:
                cases[case.number] = {"number": case.number, "tip": other.reference, **told}
    return {"cases": sorted(cases.values(), key=lambda one: -one["score"]), "tips": tips}


def _reason(one: dict[str, Any], tip: Tip, other: Tip) -> dict[str, Any]:
    return {
        "code": one["code"],
        "text": reasons.sentence(one, tip.text, other.text),
        "against": one["bits"] < 0,
        "evidence": one.get("mine", {}).get("evidence"),
        "other_evidence": one.get("theirs", {}).get("evidence"),
    }
