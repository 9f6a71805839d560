"""An address as somebody pasted it, and what kind it is; pure. What it turns into is for apprise to read.

Only kinds that end in a web request or a mail are let in. Apprise speaks a hundred more, among them some that
write files, run programs or talk to this machine's own services.
"""

from __future__ import annotations

import ipaddress
import json
import re
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from tipline.domain import limits
from tipline.errors import TiplineError

# What people call the kinds; the name of a service needs no translation.
ROBOTS = {"wecombot": "企业微信 WeCom", "dingtalk": "钉钉 DingTalk", "feishu": "飞书 Feishu", "lark": "Lark"}
OWN_HOST = {"json", "jsons", "form", "forms", "bark", "barks", "ntfy", "ntfys", "gotify", "gotifys",
            "mailto", "mailtos"}  # fmt: skip
FIXED_HOST = {*ROBOTS, "schan", "pushplus", "wxpusher"}
ALLOWED = OWN_HOST | FIXED_HOST
IN_CLEAR = {"json", "form", "bark", "ntfy", "gotify", "mailto"}
# Parts of an apprise address that read files, run along or loosen what protects us.
FORBIDDEN = re.compile(
    r"(attach.*|pgp.*|wkd|template|verify|redirect|config|inline|smtp|icon|rto|cto|retry|wait)"
)
MAIL = re.compile(r"[^@\s,;<>\"%?&#/\\]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
MAIL_MODES = ("ssl", "starttls", "insecure")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{6,200}")
_FIGURES = re.compile(r"(0x[0-9a-f]+|[0-9]+)(\.(0x[0-9a-f]+|[0-9]+)){0,3}\.?")
_PORT = re.compile(r"[0-9]{1,5}")
_PORTS = {"ssl": 465, "starttls": 587, "insecure": 25}
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
# All that is given out of the sixth version; what lies beside it is local, old, or an address of the fourth.
_GIVEN_OUT = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Public by their number alone: what these lead to is the host below a machine of a cloud.
_OF_A_HOST = (ipaddress.ip_network("192.0.0.0/24"), ipaddress.ip_network("168.63.129.16/32"))


class Address(NamedTuple):
    """`url` is for apprise; `at` replaces the service's own host where a station runs that service itself;
    `to` is a mail address that the station's own server writes to."""

    scheme: str
    url: str = ""
    at: str = ""
    to: str = ""

    def packed(self) -> bytes:
        return json.dumps({"url": self.url, "at": self.at, "to": self.to}).encode()

    @classmethod
    def unpacked(cls, scheme: str, packed: bytes) -> Address:
        return cls(scheme, **json.loads(packed))


def read(pasted: str, *, secret: str = "", inside: bool = False) -> Address:
    """The kind and the address for apprise; `inside`: the operator has opened private networks.

    `secret` is DingTalk's, which signs with it.
    """
    pasted = pasted.strip()
    if not pasted or len(pasted) > limits.ADDRESS or re.search(r"[\s\x00-\x1f]", pasted):
        raise _refusal("channel:address-unclear")
    try:
        parts = urlsplit(pasted)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise _refusal("channel:address-unclear") from None
    if parts.scheme in ("http", "https"):
        return _robot(pasted, host, secret.strip(), inside)
    scheme = parts.scheme.lower()
    if scheme not in ALLOWED:
        raise _refusal("channel:kind-closed")
    asked = _asked(pasted)
    if any(FORBIDDEN.fullmatch(name) for name, _ in asked):
        raise _refusal("channel:address-part")
    if scheme in OWN_HOST:
        require_outside(host, scheme in IN_CLEAR or ("mode", "insecure") in asked, inside)
    return Address(scheme, pasted)


def _asked(pasted: str) -> list[tuple[str, str]]:
    """Names and values behind the address, in every way in which apprise or anybody else may divide them: it
    knows `;` as well as `&`, no `#`, and blanks around a name."""
    found = []
    for piece in re.split(r"[?&;#]", pasted)[1:]:
        name, _, value = (_plain(part) for part in piece.partition("="))
        found.append((name.lstrip("-: "), value))
    return found


def _plain(part: str) -> str:
    """Without any layer of percent signs."""
    for _ in range(8):
        part = unquote(part)
    return part.replace("+", " ").strip().lower()


def _robot(pasted: str, host: str, secret: str, inside: bool) -> Address:
    """The web address of a group's robot, of the service itself or of a station's own server of it."""
    parts = urlsplit(pasted)
    values = dict(parse_qsl(parts.query))
    if parts.path.rstrip("/") == "/cgi-bin/webhook/send":
        scheme, token, known = "wecombot", values.get("key", ""), "qyapi.weixin.qq.com"
    elif parts.path.rstrip("/") == "/robot/send":
        scheme, token, known = "dingtalk", values.get("access_token", ""), "oapi.dingtalk.com"
    elif parts.path.startswith("/open-apis/bot/v2/hook/"):
        is_lark = host.endswith("larksuite.com")
        scheme, known = ("lark", "open.larksuite.com") if is_lark else ("feishu", "open.feishu.cn")
        token = parts.path.rstrip("/").rpartition("/")[2]
    else:
        raise _refusal("channel:robot-unknown")
    if not _TOKEN.fullmatch(token) or (secret and not re.fullmatch(r"[A-Za-z0-9]{6,100}", secret)):
        raise _refusal("channel:address-cut")
    signed = f"{secret}@" if secret and scheme == "dingtalk" else ""
    url = f"{scheme}://{signed}{token}"
    if host == known:
        return Address(scheme, url)
    require_outside(host, parts.scheme == "http", inside)
    return Address(scheme, url, at=pasted)


def mail(to: str, server: str = "", *, port: str = "", mode: str = "ssl", user: str = "", password: str = "",
         sender: str = "", inside: bool = False) -> Address:  # fmt: skip
    """A mail address; without a server of its own the station's writes to it."""
    to, server, sender = to.strip(), server.strip(), sender.strip()
    if not MAIL.fullmatch(to):
        raise TiplineError("channel:mail-unclear", fields={"to": "channel:mail-unclear"})
    if not server:
        return Address("mail", to=to)
    if not HOST.fullmatch(server) or mode not in MAIL_MODES or (sender and not MAIL.fullmatch(sender)):
        raise TiplineError("channel:server-unclear", fields={"server": "channel:server-unclear"})
    number = _port(port.strip(), mode)
    if not 1 <= number <= 65535:
        raise TiplineError("channel:server-unclear", fields={"server": "channel:server-unclear"})
    require_outside(server, mode == "insecure", inside, field="server")
    who = f"{quote(user.strip(), safe='')}:{quote(password, safe='')}@" if user.strip() else ""
    scheme = "mailto" if mode == "insecure" else "mailtos"
    asked = f"format=text&smtp={server}&from={quote(sender or to, safe='')}&to={quote(to, safe='')}"
    asked += "" if mode == "insecure" else f"&mode={mode}"
    return Address("mail", f"{scheme}://{who}{server}:{number}?{asked}")


def _port(typed: str, mode: str) -> int:
    """The usual one where none was typed; 0, which is none, for what is no number."""
    if not typed:
        return _PORTS[mode]
    return int(typed) if _PORT.fullmatch(typed) else 0


def web(pasted: str, *, inside: bool = False) -> str:
    """The address of another system's door for webhooks."""
    pasted = pasted.strip()
    try:
        parts = urlsplit(pasted)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise _refusal("channel:address-unclear") from None
    is_whole = parts.scheme in ("http", "https") and not parts.username and not parts.fragment
    if not is_whole or len(pasted) > limits.ADDRESS or re.search(r"[\s\x00-\x1f]", pasted):
        raise _refusal("webhook:address-unclear")
    require_outside(host, parts.scheme == "http", inside)
    return pasted


def require_outside(host: str, in_clear: bool, inside: bool, *, field: str = "address") -> None:
    """Refuse what plainly lies inside, or goes out unencrypted. What a name leads to is seen when it is sent
    (workers.egress), each time anew."""
    if not HOST.fullmatch(host if ":" not in host else f"[{host}]"):
        raise _refusal("channel:address-unclear", field)
    if inside:
        return
    if in_clear:
        raise _refusal("channel:in-clear", field)
    try:
        is_inside = not is_public(ipaddress.ip_address(host))
    except ValueError:
        is_inside = _is_of_the_house(host.lower())
    if is_inside:
        raise _refusal("channel:inside", field)


def is_public(ip: Ip) -> bool:
    """Whether it lies outside for everybody, however it is written."""
    if (inner := carried(ip)) is not None:
        return is_public(inner)
    if any(ip in one for one in _OF_A_HOST) or (ip.version == 6 and ip not in _GIVEN_OUT):
        return False
    return ip.is_global and not ip.is_multicast


def carried(ip: Ip) -> ipaddress.IPv4Address | None:
    """The address of the fourth version in one of the sixth: what a tunnel or translator makes of it."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    is_translated = ip in _NAT64 or (int(ip) >> 32 == 0 and int(ip) > 1)
    last = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if is_translated else None
    return ip.ipv4_mapped or ip.sixtofour or last


def _refusal(code: str, field: str = "address") -> TiplineError:
    return TiplineError(code, fields={field: code})


def _is_of_the_house(name: str) -> bool:
    """A name without a dot, or figures in an odd form: a name to us, an address to others."""
    ends = (".local", ".internal", ".localhost", ".lan", ".home.arpa")
    return "." not in name or name.endswith(ends) or _FIGURES.fullmatch(name) is not None
