"""The contact sheet of a file, drawn anew from its small pictures when later steps have added some."""

from __future__ import annotations

import hashlib
import io

from PIL import Image

from storage import Store
from tipline.db import Database
from tipline.domain import renditions
from tipline.domain.renditions import Rendition
from workers import encode
from workers.pictures import Pictures


def remake(database: Database, store: Store, pictures: Pictures, evidence_id: str) -> None:
    """All keyframes on one picture, unless the one there is shows them all."""
    with database.reading() as tx:
        rows = renditions.list_of(tx, evidence_id, renditions.THUMBNAIL)
        drawn = [sheet.made_at for sheet in renditions.list_of(tx, evidence_id, renditions.SHEET)]
    if not any(not drawn or row.made_at > max(drawn) for row in rows):
        return
    tiles = [encode.tile_of(image) for row in rows if (image := _own(store, row)) is not None]
    pictures.keep_sheet(tiles)


def _own(store: Store, row: Rendition) -> Image.Image | None:
    """A small picture that we encoded ourselves, by its digest; no other bytes are opened on this side."""
    with store.open(row.key) as reader:
        data = reader.read()
    if hashlib.sha256(data).hexdigest() != row.sha256:
        return None
    image = Image.open(io.BytesIO(data), formats=("WEBP",))  # noqa: TID251 - encoded by us, proved above
    return image.convert("RGB")
