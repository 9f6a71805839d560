"""What the other side's answer means: None if it took the message, else a code of `tipline.notice_faults`.

Robots of groups say «no» in an answer that is a success by its status. So their words are read, not trusted:
whatever is not plainly a yes is a no.
"""

from __future__ import annotations

import json
import re

from workers.egress import Answer, Door

KEY, RULE, OFTEN = "notice:key-refused", "notice:robot-rule", "notice:too-often"
# Where a robot says how it went, and what its numbers mean.
_FEISHU = {19001: KEY, 9499: KEY, 19021: RULE, 19022: RULE, 19024: RULE, 11232: OFTEN, 99991400: OFTEN}
ROBOTS: dict[str, tuple[str, dict[int, str]]] = {
    "wecombot": ("errcode", {93000: KEY, 40001: KEY, 45009: OFTEN, 45033: OFTEN, 93017: RULE}),
    "dingtalk": (
        "errcode",
        {300001: KEY, 300005: KEY, 400101: KEY, 310000: RULE, 130101: OFTEN, 410100: OFTEN},
    ),
    "feishu": ("code", _FEISHU),
    "lark": ("code", _FEISHU),
}
LONGEST_SAID = 200
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+")
_WORDS = ("errmsg", "msg", "message", "StatusMessage", "detail", "error")
# A mail server turns somebody away: as smtplib tells it.
_REFUSED = re.compile(r"\(5\d\d, ")


def fault_of(scheme: str, through: Door, *, took_it: bool) -> str | None:
    """`took_it` is what apprise thinks."""
    if through.closed:
        return "notice:inside"
    if not through.answers:
        if took_it:
            return None
        if scheme.startswith("mail") and any(_REFUSED.search(one) for one in through.said):
            return "notice:mail-refused"
        return "notice:unreachable"
    last = through.answers[-1]
    refused = _by_status(last.status)
    if scheme in ROBOTS:
        return _by_robot(scheme, last, refused)
    return refused or (None if took_it else "notice:refused")


def _by_status(status: int) -> str | None:
    if status == 429:
        return OFTEN
    if status >= 500 or status in (408, 425):
        return "notice:server-fault"
    if 300 <= status < 400:
        return "notice:redirected"
    return None if status < 300 else "notice:refused"


def _by_robot(scheme: str, answer: Answer, refused: str | None) -> str | None:
    name, meanings = ROBOTS[scheme]
    try:
        number = json.loads(answer.body)[name]
    except (ValueError, TypeError, KeyError):
        return refused or "notice:garbled"
    if isinstance(number, bool) or not isinstance(number, int):
        return refused or "notice:garbled"
    if number == 0:
        return refused
    return meanings.get(number) or refused or "notice:refused"


def words_of(through: Door, secrets: list[str]) -> str:
    """What was said, for the one who pressed the button: bounded, one line, without what must stay secret."""
    said = through.said[-1] if through.said else ""
    if through.answers:
        last = through.answers[-1]
        said = f"{last.status} {_spoken(last.body)}"
    for secret in secrets:
        said = said.replace(secret, "…")
    return _UNSEEN.sub(" ", said).strip()[:LONGEST_SAID]


def _spoken(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    try:
        told = json.loads(text)
    except ValueError:
        return re.sub(r"<[^>]*>", " ", text)
    if not isinstance(told, dict):
        return text
    parts = [str(told[one]) for one in ("errcode", "code", *_WORDS) if one in told]
    return " ".join(parts) or text
