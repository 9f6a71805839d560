"""The bulletins as an Atom feed (RFC 4287), of all or of one beat.

An entry's id is made of its handle alone, so it stays when the station moves to another address. Readers that
ask with what they got last time are told that nothing changed, for a few bytes. No cache in between keeps it:
what was withdrawn is gone from the next time on that somebody asks.
"""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from urllib.parse import urlencode
from xml.etree import ElementTree

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from tipline.domain import bulletins
from tipline.domain.bulletins import Bulletin
from tipline.web import bulletin_words, current, guard
from tipline.web.community import blueprint
from tipline.web.community.bulletins import LIST, feed_address, names_of, require_filter

ATOM = "http://www.w3.org/2005/Atom"
ENTRIES = 50
TYPE = "application/atom+xml; charset=utf-8"
# Any UUID serves, as long as it never changes: those of entries are derived from it.
SPACE = uuid.UUID("5f0e6f5c-9c55-4a38-9f0b-6f0c3a1d7b20")
# What XML 1.0 cannot hold at all.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@blueprint.get(f"{LIST}/feed.atom")
@guard.public
def bulletin_feed() -> ResponseReturnValue:
    beat = request.args.get("beat", "")
    with current.services().database.reading() as tx:
        require_filter(tx, "", beat)
        rows = bulletins.list_public(tx, beat=beat, limit=ENTRIES)
        names, changed = names_of(tx), bulletins.newest_change(tx)
    changed = changed or datetime(2026, 1, 1, tzinfo=UTC)
    response = Response(_written(rows, beat, names, changed), content_type=TYPE)
    response.add_etag()
    response.last_modified = changed
    return response.make_conditional(request)


def entry_id(row: Bulletin) -> str:
    return f"urn:uuid:{uuid.uuid5(SPACE, row.handle)}"


def _written(rows: list[Bulletin], beat: str, names: dict[str, str], changed: datetime) -> bytes:
    base = current.settings().base_url
    address = base + feed_address(beat)
    station = current.settings().station or "Tipline"
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": current.locale().partition("_")[0]})
    title = gettext("Bulletins of %(station)s", station=station)
    _add(feed, "id", address)
    _add(feed, "title", f"{title} · {names[beat]}" if beat else title)
    _add(feed, "updated", _stamp(changed))
    _add(feed, "link", rel="self", type="application/atom+xml", href=address)
    listed = f"{LIST}?{urlencode({'beat': beat})}" if beat else LIST
    _add(feed, "link", rel="alternate", type="text/html", href=base + listed)
    author = ElementTree.SubElement(feed, "author")
    _add(author, "name", station)
    for row in rows:
        _entry(feed, row, base)
    written: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _entry(feed: ElementTree.Element, row: Bulletin, base: str) -> None:
    published = row.publishes_at or row.created_at
    entry = ElementTree.SubElement(feed, "entry")
    _add(entry, "id", entry_id(row))
    _add(entry, "title", row.title)
    _add(entry, "published", _stamp(published))
    _add(entry, "updated", _stamp(row.corrected_at or published))
    _add(entry, "link", rel="alternate", type="text/html", href=f"{base}{LIST}/{row.handle}")
    _add(entry, "category", term=row.kind, label=gettext(bulletin_words.KIND[row.kind].text))
    _add(entry, "content", row.text, type="text")


def _add(to: ElementTree.Element, name: str, text: str | None = None, **values: str) -> None:
    child = ElementTree.SubElement(to, name, values)
    child.text = None if text is None else _UNFIT.sub("", text)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
