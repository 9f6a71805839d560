"""Reads the clocks of drawn pictures, all in one process of its own: `python -m …reader FOLDER`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from workers.media.clock import finding
from workers.media.clock.engine import Engine


def main(folder: Path) -> None:
    engine = Engine()
    for file in sorted(folder.glob("*.png")):
        picture = np.asarray(Image.open(file).convert("RGB"))
        found = finding.in_strips(engine, picture)
        if found.place is None:
            found = finding.anywhere(engine, picture)
        told = {"line": found.line.text if found.line else None, "texts": found.texts}
        print(json.dumps({"name": file.stem, **told}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
