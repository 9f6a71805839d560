"""What is known of the file, in lines of a name, a value and where it was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from markupsafe import Markup

from tipline.domain.uploads import readable
from tipline.errors import N_
from tipline.time_sources import SOURCES, place_of
from workers.page.words import CREDENTIALS, PLAYABLE, length

Say = Callable[..., str]
Media = dict[str, Any]
MOST_TAGS = 120


class Fact(NamedTuple):
    """A line; ``source`` may be empty."""

    name: str
    value: str
    source: str = ""


GROUP = Markup("<section><h2>{title}</h2><dl>{lines}</dl></section>")
LINE = Markup("<div><dt>{name}</dt><dd><bdi>{value}</bdi>{source}</dd></div>")
SOURCE = Markup(" <small><bdi>{}</bdi></small>")
RAW = Markup("<details><summary>{title}</summary><dl>{lines}</dl></details>")


def groups(media: Media, say: Say) -> Markup:
    """All groups that hold anything."""
    made = [
        (N_("Camera clock"), _clock(media, say)),
        (N_("Capture"), _capture(media, say)),
        (N_("How it came to be"), _origin(media, say)),
        (N_("Picture and sound"), _picture(media, say)),
        (N_("File"), _file(media)),
    ]
    shown = [_group(say(title), facts, say) for title, found in made if (facts := list(found))]
    return Markup("").join([*shown, _raw(media, say)])


def _group(title: str, facts: Iterable[Fact], say: Say) -> Markup:
    return GROUP.format(title=title, lines=Markup("").join(_line(fact, say) for fact in facts))


def _line(fact: Fact, say: Say) -> Markup:
    source = SOURCE.format(say(fact.source)) if fact.source else Markup("")
    return LINE.format(name=say(fact.name), value=fact.value, source=source)


def _clock(media: Media, say: Say) -> Iterator[Fact]:
    clock = media.get("clock")
    if not clock:
        return
    if clock.get("started_at"):
        yield Fact(N_("Clock at the beginning"), str(clock["started_at"]).replace("T", " "))
    readings = clock.get("readings") or []
    if clock.get("agreeing"):
        told = say(N_("%(agreeing)s of %(looked)s agree"), agreeing=clock["agreeing"], looked=clock["looked"])
        yield Fact(N_("Readings"), told)
    for one in readings[:1]:
        yield Fact(N_("Read in the picture"), str(one["text"]), length(one["t"], tenths=True))
    for jump in (clock.get("jumps") or [])[:5]:
        changed = f"{jump['before']} → {jump['after']}".replace("T", " ")
        yield Fact(N_("Jump of the clock"), changed, length(jump["start"], tenths=True))


def _capture(media: Media, say: Say) -> Iterator[Fact]:
    if media.get("captured_at"):
        told = str(media.get("captured_at_source") or "")
        yield Fact(
            N_("Captured"), media["captured_at"].replace("T", " "), SOURCES.get(told) or place_of(told)
        )
    others = (one for one in media.get("times") or [] if one["source"] != media.get("captured_at_source"))
    for one in list(others)[:20]:
        value = str(one["value"] or say(N_("no date: the clock was never set"))).replace("T", " ")
        yield Fact(SOURCES.get(one["source"], N_("Time")), value, place_of(one["source"]))
    if gps := media.get("gps"):
        yield Fact(N_("Position"), f"{gps['lat']:.5f}, {gps['lon']:.5f}")
    device = media.get("device") or {}
    if device.get("make") or device.get("model"):
        yield Fact(N_("Device"), " ".join(device[name] for name in ("make", "model") if device.get(name)))
    if device.get("software"):
        yield Fact(N_("Software"), device["software"])


def _origin(media: Media, say: Say) -> Iterator[Fact]:
    told = media.get("provenance") or {}
    credentials = told.get("c2pa") or {}
    if credentials.get("state") in CREDENTIALS:
        yield Fact(N_("Credentials"), say(CREDENTIALS[credentials["state"]]))
    if credentials.get("signer"):
        yield Fact(N_("Signed by"), credentials["signer"])
    if credentials.get("claim_generator"):
        yield Fact(N_("Made with"), credentials["claim_generator"])
    if told.get("reencoded_by"):
        yield Fact(N_("Re-encoded by"), str(told["reencoded_by"]))


def _picture(media: Media, say: Say) -> Iterator[Fact]:
    if media.get("duration_s") is not None:
        yield Fact(N_("Length"), length(media["duration_s"], tenths=True))
    if media.get("width"):
        turned = f" ({media['rotation']}°)" if media.get("rotation") else ""
        yield Fact(N_("Size of the picture"), f"{media['width']} × {media['height']}{turned}")
    if media.get("frame_count"):
        yield Fact(N_("Frames"), f"{media['frame_count']:,}")
    if media.get("fps"):
        uneven = " · " + say(N_("uneven")) if media.get("vfr") else ""
        yield Fact(N_("Frames a second"), f"{media['fps']:.2f}".rstrip("0").rstrip(".") + uneven)
    if media.get("video_codec"):
        yield Fact(N_("Picture codec"), media["video_codec"])
    if media.get("audio_codec"):
        yield Fact(N_("Sound codec"), media["audio_codec"])
    if media.get("bitrate"):
        yield Fact(N_("Bit rate"), f"{media['bitrate'] / 1000:,.0f} kbit/s")
    if media["failure"] is None:
        yield Fact(N_("In a browser"), say(PLAYABLE.get(media["playable"], PLAYABLE["none"])))


def _file(media: Media) -> Iterator[Fact]:
    yield Fact(N_("Size"), f"{readable(media['size'])} ({media['size']:,})")
    yield Fact(N_("Format"), " · ".join(part for part in (media.get("container"), media.get("mime")) if part))
    yield Fact("SHA-256", media["sha256"])
    if media.get("tools"):
        yield Fact(
            N_("Examined with"), ", ".join(f"{name} {version}" for name, version in media["tools"].items())
        )


def _raw(media: Media, say: Say) -> Markup:
    tags = list((media.get("tags") or {}).items())[:MOST_TAGS]
    if not tags:
        return Markup("")
    lines = Markup("").join(LINE.format(name=name, value=value, source="") for name, value in tags)
    return RAW.format(title=say(N_("As the file says it (%(count)s)"), count=len(tags)), lines=lines)
