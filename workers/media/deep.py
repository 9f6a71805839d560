"""Start of the deep look: ``python -I -S workers/media/deep.py LIBRARIES PARENT INTERPRETER SCRIPT LAYER``.

Builds the same wall as for decoders and then becomes exiftool, which reads the one open file on its
standard input and writes JSON to its standard output. Behind the wall it may run its interpreter and
nothing else, read that interpreter's libraries and nothing else, and write nothing.
"""

import os
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
MEMORY, CPU_S = 1024 * 1024 * 1024, 20
LOADERS = (
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/ld-linux-aarch64.so.1",
    "/lib/ld-linux.so.2",
    "/lib/ld-musl-x86_64.so.1",
)
LIBRARIES_OF_PERL = (
    "/usr/share/perl5",
    "/usr/share/perl",
    "/usr/local/share/perl",
    "/etc/perl",
    "/usr/share/exiftool",
)
# No settings file, numbers as numbers, groups by name, no search behind the end of the picture.
OPTIONS = (
    "-config",
    "",
    "-j",
    "-n",
    "-G1",
    "-fast",
    "-charset",
    "UTF8",
    "-api",
    "LargeFileSupport=1",
    "-api",
    "QuickTimeUTC=1",
    "-",
)
REFUSED = 77


def reads(script: str) -> tuple[str, ...]:
    """What the program reads beside its interpreter; its parts lie beside it when it was only unpacked."""
    whole = Path(script).resolve()
    return (*LIBRARIES_OF_PERL, script, str(whole), str(whole.parent / "lib"))


def main(libraries: str, parent: str, interpreter: str, script: str, layer: str) -> int:
    """Never returns when all went well: this process is exiftool by then."""
    from workers.media import confine

    confine.die_with_parent(int(parent))
    confine.limit(MEMORY, CPU_S)
    readable = (*reads(script), "/dev/null")
    programs = (interpreter, *LOADERS)
    try:
        # gVisor shows none of the files that Landlock would forbid, and has no Landlock.
        confine.build_wall(
            libraries, str(PACKAGE), programs=programs, readable=readable, landlock=layer != "gvisor"
        )
    except confine.Refused as reason:
        print(reason, file=sys.stderr)
        return REFUSED
    return os.execve(  # noqa: S606 - behind the wall, which lets nothing else be run
        interpreter, [interpreter, script, *OPTIONS], {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
    )


if __name__ == "__main__":
    root = str(PACKAGE.parents[1])
    sys.path[:0] = [root, sys.argv[1]]
    sys.dont_write_bytecode = True
    sys.exit(main(*sys.argv[1:6]))
