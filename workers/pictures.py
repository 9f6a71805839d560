"""From pixels that came through the wall to pictures in the store and their rows, each saved as it comes.

A picture's name follows from its position in the film, so a second look replaces and never doubles.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, BinaryIO

from storage import Store, keys
from tipline.db import Database
from tipline.domain import renditions, tips
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from workers import encode, framelist, waveform
from workers.encode import Picture
from workers.lease import Lease
from workers.sandbox import Keyframe, Tile

SHEET_NAME, WAVEFORM_NAME = "sheet.webp", "waveform.webp"
SPRITE_NAME, SPRITE_TIMES = "sprite.webp", "sprite.json"
FRAMES_NAME = "frames.json"
PIECE = 1024 * 1024
# What a step that writes a file makes: its name, its kind, its type.
OUTPUTS = {
    "span": ("piece-{:04d}.mp4", renditions.PIECE, "video/mp4"),
    "copy": ("copy.mp4", renditions.COPY, "video/mp4"),
    "sound": ("copy.m4a", renditions.COPY, "audio/mp4"),
    "repaired": (renditions.REPAIRED_NAME, renditions.REPAIRED, "video/mp4"),
}


class Pictures:
    """Those of one look at one file."""

    def __init__(self, database: Database, store: Store, lease: Lease, subject: Evidence) -> None:
        self._database, self._store, self._lease = database, store, lease
        self._evidence_id, self._tip_id, self._sha256 = subject.id, subject.tip_id, subject.sha256
        self._tiles: list[tuple[float, bytes]] = []
        self._small: list[Tile] = []
        self.names: list[str] = []

    def keep(self, keyframe: Keyframe) -> None:
        """Full size, middle and small, at once: somebody may be looking at the queue."""
        made = {
            f"{keyframe.name}.jpg": (renditions.KEYFRAME, encode.full(keyframe)),
            f"{keyframe.name}-640.webp": (renditions.PREVIEW, encode.medium(keyframe)),
            f"{keyframe.name}-320.webp": (renditions.THUMBNAIL, encode.small(keyframe)),
        }
        self._tiles.append((keyframe.t, encode.tile(keyframe)))
        named = ("t", "frame", "reason", "sharpness", "pdq", "pdq_quality")
        self._save(made, {name: getattr(keyframe, name) for name in named})

    def keep_sheet(self, tiles: Sequence[bytes] | None = None) -> None:
        """All keyframes on one picture, in the order of the film: those of this look, or the given ones."""
        own = [tile for _, tile in sorted(self._tiles, key=lambda one: one[0])]
        shown = own if tiles is None else tiles
        if shown:
            self._save({SHEET_NAME: (renditions.SHEET, encode.contact_sheet(shown))}, {})

    def keep_tile(self, tile: Tile) -> None:
        """A small picture for hovering over the film; all of them are kept together, at the end."""
        self._small.append(tile)

    def keep_sprite(self) -> None:
        """The small pictures on one, and where on it each position of the film is found."""
        if not self._small:
            return
        tiles = sorted(self._small, key=lambda one: one.t)
        picture, where = encode.sprite(tiles)
        found = {**where, "file": SPRITE_NAME}
        self._save({SPRITE_NAME: (renditions.SPRITE, picture)}, {})
        self._save({SPRITE_TIMES: (renditions.SPRITE, encode.document(found))}, {})

    def keep_frames(self, frames: framelist.FrameList, file: str) -> None:
        """When each frame of what plays is shown; ``file`` says whether that is the original or its copy."""
        document = encode.document(framelist.described(frames, file))
        self._save({FRAMES_NAME: (renditions.FRAMES, document)}, {})

    def keep_first(self, media: dict[str, Any], output: BinaryIO) -> None:
        """What the first look made beside its pictures: the shape of a sound, a copy, a repaired film."""
        derived = media["derived"]
        if media["failure"] or (derived and not output.seek(0, io.SEEK_END)):
            media["derived"] = None  # claimed, and not there
        elif derived:
            self.keep_output("repaired" if derived["kind"] == "repaired" else "sound", 0, output, derived)
        if media["playable"] == "proxy" and not media["derived"]:
            media["playable"] = "none"
        if media["waveform"] and not media["failure"]:
            self._save({WAVEFORM_NAME: (renditions.WAVEFORM, waveform.drawn(media["waveform"]))}, {})

    def keep_output(
        self, kind: str, number: int, output: BinaryIO, how: dict[str, Any] | None = None
    ) -> None:
        """The file that a step made, if it made one. ``how`` goes into its provenance."""
        size = output.seek(0, io.SEEK_END)
        if size == 0:
            return
        output.seek(0)
        name, made, mime = OUTPUTS[kind]
        digest = _sha256(output)
        output.seek(0)
        self._lease.check()
        named = name.format(number)
        self._store.put(keys.rendition(self._evidence_id, named), output, content_type=mime)
        with self._database.transaction() as tx:
            self._lease.confirm(tx)
            tips.touch(tx.get_one(Tip, self._tip_id))
            renditions.keep(
                tx, self._evidence_id, name=named, kind=made, mime=mime, size=size, sha256=digest, width=0,
                height=0, provenance=self._provenance({}) | ({"made": how} if how else {}),
            )  # fmt: skip
        self.names.append(named)

    def _save(self, made: dict[str, tuple[str, Picture]], where: dict[str, Any]) -> None:
        self._lease.check()
        for name, (_, picture) in made.items():
            self._store.put(keys.rendition(self._evidence_id, name), picture.data, content_type=picture.mime)
        with self._database.transaction() as tx:
            self._lease.confirm(tx)
            # Pages that show the tip look again when it was touched.
            tips.touch(tx.get_one(Tip, self._tip_id))
            for name, (kind, picture) in made.items():
                renditions.keep(
                    tx,
                    self._evidence_id,
                    name=name,
                    kind=kind,
                    mime=picture.mime,
                    size=len(picture.data),
                    sha256=hashlib.sha256(picture.data).hexdigest(),
                    width=picture.width,
                    height=picture.height,
                    provenance=self._provenance(where),
                    **where,
                )
        self.names += made

    def _provenance(self, where: dict[str, Any]) -> dict[str, Any]:
        return {
            "source": f"evidence:{self._evidence_id}",
            "source_sha256": self._sha256,
            "position": {name: value for name, value in where.items() if value is not None},
            "encoder": ENCODER,
        }


# Decoders are named by the child itself, in the media object; these are the parts on our side of the wall.
ENCODER = {"pillow": version("pillow")}


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := file.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()
