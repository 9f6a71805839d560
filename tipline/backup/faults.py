"""What can keep a backup from being made, believed or brought back, each with what to do."""

from __future__ import annotations

from tipline.errors import N_

NOT_A_BACKUP = N_(
    "There is no complete backup in %(folder)s. Give the folder that `tipline backup` wrote to."
)
NO_SNAPSHOT = N_("There is no snapshot %(name)s in this folder. It has: %(names)s.")
DAMAGED = N_("%(file)s is not what was backed up: it was changed, cut short or lost.")
UNSIGNED = N_("The manifest does not bear the station's signature: it was changed. Use an older snapshot.")
ERASED_CHANGED = N_(
    "erased.json is not what the station wrote, or older than a snapshot beside it: tips that were erased"
    " would come back, or others would go. Nothing was written. Put the right one back from another copy of"
    " this folder. If there is none, take it away and restore the newest snapshot, which knows itself what"
    " had been erased."
)
ERASED_REWRITTEN = N_(
    "erased.json in this folder was not what the station wrote: somebody changed it. It was written anew from"
    " the database. Find out who can write to the folder."
)
OTHER_SECRET = N_(
    "This backup belongs to another TIPLINE_SECRET_KEY. Set the one of that station, or put its secret.key"
    " into %(folder)s; without it receipts, signatures and sealed data cannot be opened. Nothing was written."
)
NO_SECRET = N_(
    "TIPLINE_SECRET_KEY is not set and there is no secret.key in %(folder)s. Put the station's own there"
    " before you restore: a new one would open nothing. Nothing was written."
)
NOT_EMPTY = N_(
    "The database at the target is in use already or half made. Restore into an empty one, before `tipline"
    " migrate` or any start: set TIPLINE_DATA or TIPLINE_DATABASE_URL to a new place. Nothing was written."
)
NEWER = N_(
    "This backup was made by a newer Tipline (database %(revision)s). Install that version, or a newer one,"
    " and restore with it. Nothing was written."
)
OTHER_OBJECT = N_("The store holds something else under %(key)s already. Restore into an empty store.")
NO_ROOM = N_("The disk of %(folder)s has %(free)s free, the backup needs %(needed)s. Choose another disk.")
DISK_FULL = N_(
    "The disk is full. Free some space, or choose another disk, and run the same command again: what is there"
    " already is kept, and nothing counts that is not complete."
)
BROKEN_OFF = N_(
    "It broke off: %(what)s cannot be read or written now (%(fault)s). Run the same command again when"
    " it can; nothing counts that is not complete."
)
THE_STORE, THE_DATABASE = N_("the store"), N_("the database")
NO_FOLDER = N_("%(folder)s cannot be used (%(fault)s). Check that it is there and may be written.")
NOT_CURRENT = N_("The database is not in the newest shape. Run: tipline migrate")
INSIDE = N_("%(folder)s lies within the station's own data. Choose a folder on another disk.")
LOG_BROKEN = N_("The custody log of this backup is broken at entry %(number)s: %(what)s.")
MISSING_ORIGINAL = N_("The store no longer has the original of file %(number)s of tip %(reference)s.")
ORIGINAL_DIFFERS = N_("The original of file %(number)s of tip %(reference)s is not what was sealed.")
ROW_WITHOUT = N_("A row of %(table)s points at something that is not in the backup.")


class BackupError(Exception):
    """It cannot go on; `sentence` with `values` says why and what to do."""

    def __init__(self, sentence: str, **values: object) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence, self.values = sentence, values
