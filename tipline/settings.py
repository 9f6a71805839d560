"""What an operator may set, read once from the environment.

One frozen object, handed in where it is needed; nothing else reads the environment. A field's sentence
is the documentation: a law test compares it with the README. All faults of a start are told at once.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tipline import setting_values as read
from tipline.setting_values import SHORTEST_KEY

GIB = 1024**3
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - what an operator may say, not what we choose
LOCALES = ("zh_Hans_CN", "en")
# What a layer around the sandbox is started by.
OUTER_PROGRAMS = {"bubblewrap": "bwrap", "gvisor": "runsc"}


class SettingsError(Exception):
    """The start is refused; `faults` holds a sentence for every wrong setting."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def _setting(parse: Callable[[str], Any], sentence: str, default: Any = None, *, shown: bool = True) -> Any:
    return field(default=default, repr=shown, metadata={"parse": parse, "sentence": sentence})


@dataclass(frozen=True)
class Settings:
    """Every `TIPLINE_…` variable; the name of a field in capitals is the name of its variable."""

    data: Path = _setting(read.path, "Folder for everything that is kept.", Path("var"))
    host: str = _setting(read.text, "Address the web server listens on.", "127.0.0.1")
    port: int = _setting(read.whole(1, 65535), "Port the web server listens on.", 8000)
    database_url: str = _setting(
        read.url("sqlite", "postgresql+psycopg"), "Database; SQLite in the data folder unless set.", ""
    )
    redis_url: str | None = _setting(
        read.broker, "Redis or Valkey server, with a password or on a socket; the bundled broker unless set."
    )
    store_url: str = _setting(
        read.store, "Where files are kept: file: or s3://BUCKET/PREFIX?endpoint_url=…&region=….", ""
    )
    encrypt: bool | None = _setting(
        read.switch,
        "1 encrypts files of new tips under a key each, 0 does not; unless set, a new station does.",
    )
    keys_url: str = _setting(
        read.store,
        "Where the keys of encrypted files are kept, apart from the files: file: or s3:// as above.",
        "",
    )
    secret_key: str = _setting(
        read.key, "Secret that signs sessions; made on the first start unless set.", "", shown=False
    )
    workers: int = _setting(
        read.whole(1, 64), "Processes that work on media at the same time on this host.", 2
    )
    public_url: str = _setting(
        read.page,
        "Address reporters use, for links and QR codes; the listening address unless set.",
        "",
    )
    media_url: str = _setting(
        read.origin,
        "Host of its own for originals and pictures, with a scheme and no path; the pages' own unless set.",
        "",
    )
    max_file_bytes: int = _setting(read.whole(1, 2**50), "Largest single file, in bytes.", 8 * GIB)
    max_tip_bytes: int = _setting(
        read.whole(1, 2**50), "Largest sum of all files of one tip, in bytes.", 32 * GIB
    )
    max_tip_files: int = _setting(read.whole(1, 10_000), "Most files of one tip.", 300)
    min_free_bytes: int = _setting(
        read.whole(0, 2**50),
        "Free disk kept in reserve, in bytes; uploads stop before it is touched.",
        2 * GIB,
    )
    locale: str = _setting(read.one_of(*LOCALES), "Language where nothing else decides.", "zh_Hans_CN")
    timezone: str = _setting(read.zone, "Time zone of the station; times are stored in UTC.", "Asia/Shanghai")
    station: str = _setting(read.text, "Name of the station, shown on pages and receipts.", "")
    behind_proxy: int = _setting(
        read.whole(0, 5), "Number of reverse proxies in front whose headers are trusted.", 0
    )
    exit_url: str = _setting(read.page, "Harmless page that “Leave quickly” shows.", "https://www.baidu.com")
    onion_url: str = _setting(
        read.page,
        "Address of the same station as an onion service, offered to Tor Browser.",
        "",
    )
    ack_minutes: int = _setting(
        read.whole(1, 10_080), "Minutes within which a tip should be acknowledged.", 2
    )
    notice_networks: tuple[str, ...] = _setting(
        read.networks,
        "Private networks that notices and webhooks may go to, such as 10.20.0.0/16; none unless set.",
        (),
    )
    mail_url: str = _setting(
        read.mail,
        "Mail server for notices: mailtos://NAME:PASSWORD@HOST:465?from=SENDER, or :587 with &mode=starttls.",
        "",
        shown=False,
    )
    sms_url: str = _setting(
        read.sms, "SMS gateway for notices: its https address with {phone} and {text}.", "", shown=False
    )
    map_pmtiles: Path | None = _setting(
        read.path,
        "Map of the district as one PMTiles file; map.pmtiles in the data folder if that is there.",
    )
    map_url: str = _setting(
        read.tiles, "Map server instead of a file: address of its pictures with {z}, {x} and {y}.", ""
    )
    map_system: str = _setting(
        read.one_of("wgs84", "gcj02", "bd09"),
        "Coordinate system of the map: wgs84, gcj02 or bd09.",
        "wgs84",
    )
    map_attribution: str = _setting(read.text, "Whose map it is, shown in its corner.", "")
    checkpoint_dir: Path | None = _setting(
        read.path,
        "Folder in the hands of a second person, for copies of the custody log's signed checkpoints.",
    )
    package_days: int = _setting(
        read.whole(1, 3650),
        "Days after which a package that was made of a case is deleted; another can be made.",
        30,
    )
    sm3: bool = _setting(read.switch, "1 puts SM3 digests beside those of SHA-256 into packages.", False)
    exiftool: str = _setting(
        read.text,
        "Deep look at metadata by exiftool, in a sandbox of its own: auto (where installed), off, or a path.",
        "auto",
    )
    outer_sandbox: str = _setting(
        read.one_of("none", *OUTER_PROGRAMS),
        "Layer around the sandbox of media, if its program is installed: none, bubblewrap or gvisor.",
        "none",
    )
    allow_unsandboxed: bool = _setting(
        read.switch, "1 lets workers open files without the sandbox. For tests on old kernels only.", False
    )

    @property
    def base_url(self) -> str:
        """Address for links outside a request."""
        if self.public_url:
            return self.public_url
        host = "127.0.0.1" if self.host in EVERYWHERE else self.host
        return f"http://{host}:{self.port}"

    @property
    def keys_lie_apart(self) -> bool:
        """Whether keys would be out of reach of who takes the files, and in reach of all hosts."""
        is_shared = self.store_url.startswith("s3:")
        is_here = self.keys_url == _keys_of(self.data)
        return not (is_shared and is_here) and not _are_together(self.store_url, self.keys_url)

    @property
    def secure(self) -> bool:
        """Whether reporters reach us over HTTPS, so that cookies may demand it."""
        return self.public_url.startswith("https:")

    def masked(self) -> dict[str, str]:
        """Name → value for people, with secrets hidden."""
        shown = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if not one.repr or (one.name.endswith("_url") and "@" in str(value)):
                value = "(set)" if value else "(not set)"
            # As an operator would write it.
            written = int(value) if isinstance(value, bool) else "" if value is None else value
            written = ",".join(written) if isinstance(written, tuple) else written
            shown[variable(one.name)] = str(written)
        return shown


def variable(name: str) -> str:
    """Environment variable of a field."""
    return f"TIPLINE_{name.upper()}"


def sentences() -> dict[str, str]:
    """Variable → its sentence, for the documentation and its test."""
    return {variable(one.name): one.metadata["sentence"] for one in fields(Settings)}


def unknown(environment: Mapping[str, str]) -> list[str]:
    """Names that look like settings and are none: most often a slip of the pen."""
    known = sentences()
    return sorted(name for name in environment if name.startswith("TIPLINE_") and name not in known)


def load(environment: Mapping[str, str]) -> Settings:
    """Read settings; raises SettingsError with every fault."""
    values: dict[str, Any] = {}
    faults: list[str] = []
    known = {variable(one.name): one for one in fields(Settings)}
    for name, one in known.items():
        raw = environment.get(name, "").strip()
        if not raw:
            continue
        try:
            values[one.name] = one.metadata["parse"](raw)
        except ValueError as fault:
            reason = str(fault) if not str(fault).startswith("invalid literal") else "must be a whole number"
            # A key, or an address with a password in it, is not shown: faults end up in logs.
            hidden = not one.repr or "@" in raw
            faults.append(f"{name} {reason}." if hidden else f"{name} {reason} (it is {raw!r}).")
    completed = _complete(values)
    faults += _clashes(completed, keys_named="keys_url" in values)
    if faults:
        raise SettingsError(faults)
    return Settings(**completed)


def _complete(told: Mapping[str, Any]) -> dict[str, Any]:
    """What was told, and the defaults that depend on the data folder or on one another."""
    values = {"data": Path("var").resolve(), **told}
    data: Path = values["data"]
    values.setdefault("database_url", f"sqlite:///{data / 'tipline.db'}")
    values.setdefault("store_url", f"file:{data / 'store'}")
    values.setdefault("keys_url", _keys_of(data))
    if "max_tip_bytes" not in values:
        values["max_tip_bytes"] = 4 * values.get("max_file_bytes", 8 * GIB)
    elif "max_file_bytes" not in values:
        values["max_file_bytes"] = min(8 * GIB, values["max_tip_bytes"])
    return values


def _clashes(values: Mapping[str, Any], *, keys_named: bool) -> list[str]:
    """Values that are right by themselves and wrong together, a sentence each."""
    faults = []
    if values.get("media_url") and values.get("media_url") == values.get("public_url"):
        faults.append("TIPLINE_MEDIA_URL must name another host or port than TIPLINE_PUBLIC_URL.")
    if (keys_named or values.get("encrypt")) and _are_together(values["store_url"], values["keys_url"]):
        faults.append(
            "TIPLINE_KEYS_URL must not be the store or lie in it: who takes the files has the keys then."
        )
    if values["max_tip_bytes"] < values.get("max_file_bytes", 8 * GIB):
        faults.append("TIPLINE_MAX_TIP_BYTES must not be smaller than TIPLINE_MAX_FILE_BYTES.")
    return faults


def _keys_of(data: Path) -> str:
    return f"file:{data / 'keys'}"


def _are_together(store_url: str, keys_url: str) -> bool:
    store, kept = (urlsplit(url) for url in (store_url, keys_url))
    if (store.scheme, store.netloc) != (kept.scheme, kept.netloc):
        return False
    inner, outer = kept.path.strip("/").split("/"), store.path.strip("/").split("/")
    # Another bucket is asked for, not another prefix: rights and copies are given by the bucket.
    return store.scheme == "s3" or inner[: len(outer)] == outer


def with_secret(settings: Settings) -> Settings:
    """The same settings with a secret key, made in the data folder (mode 0600) when none is set.

    Raises SettingsError where one was made once and is gone: another one would open nothing that was sealed.
    """
    if settings.secret_key:
        return settings
    return replace(settings, secret_key=_kept_secret(settings.data / "secret.key"))


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Looked at first: who starts beside us makes the secret before the database.
    is_new = not (path.parent / "tipline.db").exists()
    if not path.exists():
        if not is_new:
            raise SettingsError(
                [
                    f"{path} is missing, and this station is not new. Put it back from your copy, or set "
                    "TIPLINE_SECRET_KEY as it was: with another one nothing that was sealed can be opened."
                ]
            )
        _make_secret(path)
    kept = path.read_text().strip()
    if len(kept) < SHORTEST_KEY:
        raise SettingsError(
            [f"{path} is damaged. Restore it from your backup; without it receipts cannot be opened."]
        )
    return kept


def _make_secret(path: Path) -> None:
    """Whole or not at all, and by one process alone: another that starts now must not read half of it."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with open(draft, "x", opener=_private) as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
