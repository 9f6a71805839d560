"""What is known of a package while it is being written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tipline.domain.packages import Package
from tipline.domain.packing import Contents, Item
from tipline.domain.packing_options import Options
from tipline.domain.signatures import Signer, SigningKey
from tipline.services import Services
from workers.packing.proofs import Custody

# How an original fared: read again and the same, changed, gone, erased by rule, or not asked for.
GENUINE, ALTERED, LOST, ERASED, LEFT = ("genuine", "altered", "lost", "erased", "left")


@dataclass
class State:
    """`found` are the digests that originals had while they were read, by the id of their evidence."""

    services: Services
    package: Package
    wanted: Options
    contents: Contents
    custody: Custody
    note: str
    head: int
    root: str
    signer: Signer
    keys: list[SigningKey]
    made_at: datetime
    by: str
    found: dict[str, dict[str, str]] = field(default_factory=dict)
    altered: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    unread: list[str] = field(default_factory=list)  # of what was made from originals
    unprinted: bool = False

    def verdict(self, one: Item) -> str:
        for name, ids in ((ALTERED, self.altered), (LOST, self.lost), (GENUINE, self.found)):
            if one.file.id in ids:
                return name
        return LEFT if one.file.arrived else ERASED

    @property
    def made(self) -> dict[str, object]:
        """What the row keeps of it."""
        return {
            "tips": self.contents.references,
            "originals": len(self.found) - len(self.altered),
            "altered": [one.number for one in self.contents.items if one.file.id in self.altered],
            "lost": [one.number for one in self.contents.items if one.file.id in self.lost],
            "missing": len(self.contents.missing),
            "unread": len(self.unread),
            "entries": self.custody.number,
            "unprinted": self.unprinted,
        }
