"""What the name of a file tells: a time, a messenger. A name is the reporter's word and no more.

Phones, recorders and messengers name files in ways of their own. The name is only read here, never used as
a path.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

LONGEST = 255
FIRST_YEAR, LAST_YEAR = 2000, 2099
DAY = r"(?P<day>20\d\d[-_.年]?[01]\d[-_.月]?[0-3]\d)日?"
CLOCK = r"(?P<clock>[0-2]\d[-_.:：时]?[0-5]\d[-_.:：分]?[0-5]\d)(?P<ms>\d{3})?"
GAP = r"(?:[ T_,-]{0,3}|[ _]at[ _])"
MOMENT = rf"(?<!\d){DAY}{GAP}{CLOCK}(?!\d)"
EPOCH_MS, EPOCH_S = r"(?P<ms_epoch>1[0-9]{12})(?!\d)", r"(?P<s_epoch>1[0-9]{9})(?!\d)"
SCREEN = r"(?:截屏|截图|录屏|屏幕录制|screen[ _-]?(?:shot|rec)|svid_|rpreplay)"
CHANNEL = r"(?:ch|cam|camera|channel|d|nvr|dvr|xvr|ipc|通道|摄像机)"
PHONE = r"(?:img|vid|mvimg|pano|burst|imag|dsc|video|photo|p|v|win|trim|mov|rec)"
SAVED = "name:saved"


@dataclass(frozen=True)
class Told:
    """Times in the shape of ``times``, and the app the name is typical of."""

    times: list[dict[str, Any]] = field(default_factory=list)
    through: str | None = None


@dataclass(frozen=True)
class _Form:
    """A way of naming files: what it looks like, what its time means, and who names so."""

    pattern: re.Pattern[str]
    source: str
    through: str | None = None
    is_utc: bool = False


def _form(pattern: str, source: str, through: str | None = None, *, is_utc: bool = False) -> _Form:
    return _Form(re.compile(pattern, re.IGNORECASE), source, through, is_utc)


# The first that fits is it: special names before general ones.
FORMS = (
    _form(rf"mmexport{EPOCH_MS}", SAVED, "WeChat"),
    _form(rf"wx_camera_{EPOCH_MS}", "name:wx_camera", "WeChat"),
    _form(rf"micro_?msg[._]?{EPOCH_MS}", SAVED, "WeChat"),
    _form(rf"(?:微信|wechat|weixin).*?{MOMENT}", SAVED, "WeChat"),
    _form(rf"{MOMENT}.*com[._]tencent[._]mm", SAVED, "WeChat"),
    _form(r"mmexport|wx_camera_|micro_?msg|微信", SAVED, "WeChat"),
    _form(rf"\bqq_?(?:图片|视频|截图|录屏|[a-z_]*)\D{{0,3}}{MOMENT}", SAVED, "QQ"),
    _form(rf"qq_pic_merged_{EPOCH_MS}|qq图片|qq视频", SAVED, "QQ"),
    _form(rf"whatsapp.*?{MOMENT}", SAVED, "WhatsApp"),
    _form(r"(?:img|vid|aud|ptt)-20\d{6}-wa\d{3,}|whatsapp", SAVED, "WhatsApp"),
    _form(rf"^(?:photo|video)_{MOMENT}", SAVED, "Telegram"),
    _form(rf"^signal-{MOMENT}", SAVED, "Signal"),
    _form(rf"(?:抖音|douyin|tiktok).*?(?:{MOMENT})?", SAVED, "Douyin"),
    _form(rf"{SCREEN}.*?(?:{MOMENT}|{EPOCH_MS}|$)", SAVED, "screen"),
    _form(rf"\d\dM\d\dS_{EPOCH_S}", "name:recorder"),
    _form(rf"{MOMENT}_tp\d+", "name:recorder"),
    _form(rf"(?:^|[^a-z]){CHANNEL}[ _-]?\d*.*?{MOMENT}", "name:recorder"),
    _form(rf"{MOMENT}[ _-]+20\d\d[-_.]?\d\d[-_.]?\d\d[ T_-]?\d\d[-_.:]?\d\d[-_.:]?\d\d", "name:recorder"),
    _form(rf"{MOMENT}.*\.(?:dav|264|h264|265|h265|ifv|asf|ps)$", "name:recorder"),
    _form(rf"^pxl_{MOMENT}", "name:phone", is_utc=True),
    _form(rf"^{PHONE}[ _-]?{MOMENT}", "name:phone"),
    _form(MOMENT, "name:date"),
    _form(rf"^{EPOCH_MS}(?:[ _.(-]|$)", SAVED),
)  # fmt: skip


def read(untrusted_name: str) -> Told:
    """What this name tells, perhaps nothing."""
    name = untrusted_name[-LONGEST:].replace("\\", "/").rpartition("/")[2]
    for form in FORMS:
        match = form.pattern.search(name)
        if match:
            time = _time(
                form, {key.removeprefix("b_"): text for key, text in match.groupdict().items() if text}
            )
            if time or form.through:
                return Told([time] if time else [], form.through)
    return Told()


def _time(form: _Form, found: dict[str, str]) -> dict[str, Any] | None:
    moment = _moment(form, found)
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    zone = "known" if moment.tzinfo else "none"
    time = {"source": form.source, "value": moment.isoformat(), "zone": zone}
    return time | ({"note": "saved"} if form.source == SAVED else {})


def _moment(form: _Form, found: dict[str, str]) -> datetime | None:
    for name, unit in (("ms_epoch", 1000), ("s_epoch", 1)):
        if name in found:
            whole, rest = divmod(int(found[name]), unit)
            return datetime.fromtimestamp(whole, UTC) + timedelta(microseconds=rest * 1000 if unit > 1 else 0)
    digits = re.sub(r"\D", "", found.get("day", "") + found.get("clock", ""))
    try:
        moment = datetime.strptime(digits, "%Y%m%d%H%M%S")  # noqa: DTZ007 - a name tells no zone
    except ValueError:
        return None
    moment += timedelta(milliseconds=int(found.get("ms", "0")))
    return moment.replace(tzinfo=UTC) if form.is_utc else moment
