"""Start of the child: ``python -I -S workers/media/__main__.py LIBRARIES [N=FILE …]``.

Nothing is on the path but the standard library, the folder of installed libraries and this package.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def open_as(handed: str) -> None:
    """``3=/file`` or, to be written too, ``3+/file``: opened under the number that the job names."""
    number, sign, path = handed.partition("+" if "+" in handed.partition("/")[0] else "=")
    opened = os.open(path, os.O_RDWR if sign == "+" else os.O_RDONLY)
    if opened != int(number):
        os.dup2(opened, int(number))
        os.close(opened)


if __name__ == "__main__":
    decoders = find_spec("av") if len(sys.argv) < 2 else None
    libraries = (
        str(Path(decoders.origin).parents[1]) if decoders and decoders.origin else "".join(sys.argv[1:2])
    )
    for handed in sys.argv[2:]:
        open_as(handed)
    root = str(PACKAGE.parents[1])
    sys.path[:0] = [root, libraries]
    sys.dont_write_bytecode = True
    from workers.media import child

    sys.path.remove(root)  # the package is found by now; its neighbours need not be
    sys.exit(child.main(libraries, str(PACKAGE)))
