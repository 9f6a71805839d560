"""How much one file, one tip and the disk may take; the numbers come from whoever starts the program."""

from __future__ import annotations

from typing import NamedTuple

TEXT = 10_000  # characters of a report
MESSAGE = 4_000
SHORT = 200  # place, contact, title, reason
REASON = 1_000
VOICE_S = 300  # a voice note that is recorded on the page
ADDRESS = 600  # of a robot, or of another system's door


class Limits(NamedTuple):
    """All in bytes, but `tip_files` and `sender_uploads`."""

    file_bytes: int
    tip_bytes: int
    tip_files: int
    free_bytes: int
    # What one address may have announced and not yet sent: a whole mall may stand behind it.
    sender_uploads: int = 60

    @property
    def sender_bytes(self) -> int:
        return 4 * self.file_bytes
