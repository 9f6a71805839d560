"""Every failure and warning code that an examination can give, once.

Only codes cross the wall; the sentences people read live in the catalogue of errors.
"""

# The file is refused: it is no footage and could harm or mislead whoever opens it.
EMPTY = "media:empty"
PLAYLIST = "media:playlist"
SCRIPT = "media:script"
PROGRAM = "media:program"

# The file is kept, but there is no picture to show.
DOCUMENT = "media:document"
SILK = "media:silk"
UNKNOWN = "media:unknown-format"
CORRUPT = "media:corrupt"
INDEX_LOST = "media:index-lost"
NO_FRAMES = "media:no-frames"
TOO_MANY_PIXELS = "media:too-many-pixels"
TOO_COMPLEX = "media:too-complex"
TIMEOUT = "media:timeout"
MEMORY = "media:memory"
CRASHED = "media:crashed"
BAD_ANSWER = "media:bad-answer"
NOT_COVERED = "media:not-covered"
NOT_MARKED = "media:not-marked"
NO_MODEL = "media:no-face-model"

# Of what somebody asked for: this one frame cannot be had.
FRAME_LOST = "media:frame-lost"

# Nothing is known about the file yet: the fault is on our side and another try may help.
NO_SANDBOX = "media:no-sandbox"
UNREADABLE = "media:unreadable"

# Readable, with something people should know.
TRUNCATED = "media:truncated"
DAMAGED = "media:damaged"
SAMPLED = "media:sampled"
NO_PICTURE = "media:no-picture"
DURATION_DIFFERS = "media:duration-differs"
METADATA_DAMAGED = "media:metadata-damaged"
ANIMATED = "media:animated"
SCALED_DOWN = "media:scaled-down"
INCOMPLETE = "media:incomplete"
PREFACE = "media:preface"
TIMES_COUNTED = "media:times-counted"
REPAIRED = "media:repaired"
SEVERAL = "media:several-pictures"
DAMAGED_PICTURE = "media:damaged-picture"
UNSANDBOXED = "media:unsandboxed"
REENCODED = "media:reencoded"
SCREEN_FILMED = "media:screen-filmed"
COPY_LACKS = "media:copy-lacks"

REFUSALS = frozenset({EMPTY, PLAYLIST, SCRIPT, PROGRAM})
OUR_FAULT = frozenset({NO_SANDBOX, UNREADABLE})
FAILURES = (
    REFUSALS
    | OUR_FAULT
    | {DOCUMENT, SILK, UNKNOWN, CORRUPT, INDEX_LOST, NO_FRAMES, TOO_MANY_PIXELS, TOO_COMPLEX}
    | {TIMEOUT, MEMORY, CRASHED, BAD_ANSWER, NOT_COVERED, NOT_MARKED, NO_MODEL, FRAME_LOST}
)
WARNINGS = frozenset(
    {
        TRUNCATED,
        DAMAGED,
        SAMPLED,
        NO_PICTURE,
        DURATION_DIFFERS,
        METADATA_DAMAGED,
        ANIMATED,
        SCALED_DOWN,
        INCOMPLETE,
        PREFACE,
        TIMES_COUNTED,
        REPAIRED,
        SEVERAL,
        DAMAGED_PICTURE,
        UNSANDBOXED,
        REENCODED,
        SCREEN_FILMED,
        COPY_LACKS,
    }
)
ALL = FAILURES | WARNINGS
