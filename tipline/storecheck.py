"""`tipline doctor --store`: what the operator's own store can promise and what it cannot, a line each.

The trying is done by `storage.probing`; here are the sentences for what it tells.
"""

from __future__ import annotations

from collections.abc import Generator

from storage import StoreError
from storage.probing import Told, probe
from tipline.doctor import Finding, State
from tipline.domain.uploads import readable
from tipline.errors import N_
from tipline.i18n import say
from tipline.settings import Settings

# It can promise this.
WELL = {
    "round-trip": N_("What is put comes back the same, and is gone once it is deleted."),
    "ranges": N_("Any range is answered exactly, also one beyond the end."),
    "first": N_("Of %(racers)s writers to one key exactly one wins: originals are write-once."),
    "resuming": N_(
        "An upload in odd pieces goes on at another host, takes a step back, and comes back the same."
    ),
    "early": N_("An upload cannot be completed before all its bytes are there."),
    "aborting": N_("An upload that is taken back leaves nothing."),
    "speed": N_(
        "A small object takes %(wait)s ms (longest %(longest)s ms); large ones %(up)s MB/s in, "
        "%(down)s MB/s out."
    ),
    "place": N_("A disk of this machine (%(kind)s)."),
    "room": N_("%(free)s free."),
    "private": N_("Other users of this machine cannot look inside."),
    "one-filesystem": N_("Uploads and originals share one filesystem, and files may have two names."),
    "names": N_("Names are as long as Tipline needs them."),
    "synced": N_("fsync works for files and folders (%(took)s ms)."),
    "locks": N_("Writers in different processes can be kept apart by locks."),
    "protected": N_("Originals are write-protected."),
    "reach": N_("The bucket %(bucket)s answers, and the credentials are good."),
    "clock": N_("Its clock and ours agree."),
    "retention": N_("No default retention: Tipline can take back what reporters take back."),
    "checksums": N_("Bytes that do not fit their %(kind)s are refused on arrival."),
    "joined": N_("Of %(racers)s uploads completed to one key at once exactly one wins."),
    "leftovers-none": N_("No parts stay when an upload is taken back."),
    "batch": N_("Many objects can be deleted in one call."),
    "versions-off": N_("The bucket keeps no old versions."),
    "versions-erased": N_("The bucket keeps old versions, and Tipline erases them with the object."),
    "addresses": N_("Nobody reads an object without a signature; forged and expired ones are refused."),
    "lock-holds": N_(
        "Object lock refuses deletion until its date. The object that was tried is held until %(until)s UTC."
    ),
}

# It cannot, and Tipline makes up for it or works without.
NOTED = {
    "memory": N_("This store is memory: nothing in it survives a restart."),
    "place-memory": N_(
        "This folder lies in memory (%(kind)s): a power cut takes everything. Use a disk for real work."
    ),
    "place-elsewhere": N_(
        "This folder lies on another machine or behind a driver (%(kind)s): what survives a power cut"
        " is for that one to promise."
    ),
    "protected-but-root": N_(
        "Originals are write-protected, but Tipline runs as root, who may write all the same. Use "
        "another user."
    ),
    "clock-off": N_("Its clock and ours differ by %(seconds)s s. Set both by NTP."),
    "retention-unknown": N_("Whether there is a default retention could not be asked."),
    "checksums-ignored": N_(
        "This store does not check what arrives (%(kind)s). Tipline compares its answers and reads "
        "again what they do not prove."
    ),
    "joined-by-claim": N_(
        "Of %(racers)s uploads completed to one key at once this server lets %(winners)s win. "
        "Tipline's claim object decides instead; that was tried and works."
    ),
    "batch-none": N_("Objects must be deleted one by one, which is slower and does no harm."),
    "addresses-not": N_("A signed address does not give its object. Tipline serves files itself."),
    "lock-off": N_(
        "Object lock is off: whoever holds the credentials can delete originals. It is set when a "
        "bucket is made."
    ),
    "lock-untried": N_(
        "Object lock is on. Add --lock to try it; one small object then cannot be deleted for 20 seconds."
    ),
}

# Tipline cannot do without this.
FAILED = {
    "broke": N_("This could not be tried (%(fault)s). See what the store's own log says of it."),
    "round-trip-other": N_("What was put came back different. Do not use this store."),
    "round-trip-stays": N_("What was deleted is still there. Give Tipline the right to delete."),
    "ranges-wrong": N_(
        "%(length)s bytes from %(start)s came back wrong: films could not be played. Use another store."
    ),
    "first-many": N_(
        "Of %(racers)s writers to one key %(winners)s were told that they had won. Originals could be"
        " replaced here; use a store that knows If-None-Match."
    ),
    "resuming-fails": N_("An upload did not come back as it was sent. Do not use this store."),
    "resuming-unlisted": N_(
        "An unfinished upload is not on the list, so nobody could ever tidy it up. Use another store."
    ),
    "early-taken": N_("An unfinished upload was completed. Do not use this store."),
    "aborting-stays": N_("An upload that was taken back is still there. Give Tipline the right to delete."),
    "room-low": N_("Only %(free)s free, less than TIPLINE_MIN_FREE_BYTES: uploads are turned away."),
    "private-not": N_("Every user of this machine can look inside. Run: chmod -R o-rwx %(folder)s"),
    "two-filesystems": N_(
        "The folders uploads and objects lie on different filesystems. Put both on the same one."
    ),
    "no-links": N_(
        "A file cannot have two names here (%(fault)s). Use a filesystem with hard links, such as ext4."
    ),
    "names-short": N_("Long names are refused (%(fault)s). Use another filesystem, such as ext4."),
    "synced-not": N_("fsync fails (%(fault)s): nothing could be acknowledged. Use another filesystem."),
    "locks-not": N_(
        "Files cannot be locked here (%(fault)s), so two writers could meet in one upload. Use a local disk, "
        "or switch the lock service of the network disk on."
    ),
    "protected-not": N_("Write protection does not hold here. Use a filesystem with Unix rights."),
    "reach-no-bucket": N_("There is no bucket %(bucket)s. Make it, or check TIPLINE_STORE_URL."),
    "reach-refused": N_(
        "The bucket %(bucket)s refuses these credentials. Check the AWS variables and their rights."
    ),
    "reach-region": N_("The bucket %(bucket)s is in another region. Add region= to TIPLINE_STORE_URL."),
    "reach-no-credentials": N_("There are no credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."),
    "reach-not": N_(
        "The store does not answer (%(fault)s). Check endpoint_url in TIPLINE_STORE_URL and the network."
    ),
    "clock-wrong": N_(
        "Its clock and ours differ by %(seconds)s s; it will refuse requests. Set both by NTP."
    ),
    "retention-default": N_(
        "The bucket holds every new object by a default retention, so Tipline could remove nothing, "
        "not even what this examination would write. Switch the default off; object lock itself may "
        "stay on."
    ),
    "checksums-false": N_(
        "This store confirms a %(kind)s that is wrong, so damage would stay hidden. Add "
        "checksums=when_required to TIPLINE_STORE_URL and try again."
    ),
    "joined-many": N_(
        "Of %(racers)s uploads completed to one key %(winners)s were told that they had won. "
        "Originals could be replaced here; use another store."
    ),
    "leftovers-stay": N_(
        "Parts stay when an upload is taken back. Give Tipline the right to abort, or let the bucket "
        "drop them."
    ),
    "batch-stays": N_("What was deleted in one call is still there. Give Tipline the right to delete."),
    "versions-stay": N_(
        "Old versions of what was deleted stay, so nothing is ever erased. Give Tipline the right to "
        "delete versions."
    ),
    "addresses-public": N_(
        "Anybody can read the bucket without a signature. Take away its public right to read."
    ),
    "addresses-forged": N_("A forged signature opens an object. Do not use this store."),
    "addresses-expired": N_("An expired signature opens an object. Do not use this store."),
    "lock-broken": N_("Object lock is on, but a held object could be deleted or its date moved."),
}

SENTENCES = (
    {code: (State.OK, sentence) for code, sentence in WELL.items()}
    | {code: (State.NOTE, sentence) for code, sentence in NOTED.items()}
    | {code: (State.FAIL, sentence) for code, sentence in FAILED.items()}
)


def examine(settings: Settings, *, with_lock: bool = False) -> Generator[Finding, None, None]:
    """A finding a line, in the station's language, each as soon as it is known."""
    checks = probe(settings.store_url, reserve=settings.min_free_bytes, with_lock=with_lock)
    try:
        for name, told in checks:
            yield _finding(settings, name, told)
    except (StoreError, OSError, ValueError) as fault:
        yield _finding(settings, "store", Told("broke", fault=fault))
    finally:
        # Also when whoever reads this has had enough: the store is left as it was.
        checks.close()


def _finding(settings: Settings, name: str, told: Told) -> Finding:
    state, sentence = SENTENCES[told.code]
    values = {k: readable(v) if k == "free" and isinstance(v, int) else v for k, v in told.values.items()}
    return Finding(state, name, say(settings.locale, sentence, **values))
