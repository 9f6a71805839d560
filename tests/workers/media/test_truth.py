"""What is said of the shared footage is true, file by file, where it lies beside the checkout.

The same properties are held against drawn samples in `test_kinds`, `test_formats`, `test_photos` and
`test_sound`, so the repository alone tests them. `python -m tests.truth` prints this as a table.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.truth import known
from tests.truth.compared import compared
from tests.truth.known import Truth
from tests.workers.media.first_look import first_look
from workers import examination

ROWS = known.rows()
# Stands in the XMP alone, which a later step reads.
LATER = {"c2pa_remote_manifest.jpg": {"taken"}}
# Two of its packets hold no picture, which only who decodes all of it can tell.
WHOLE = {"bgs_video02.avi"}

if ROWS:

    @pytest.mark.slow
    @pytest.mark.parametrize("truth", ROWS, ids=lambda truth: truth.file)
    def test_what_is_said_of_real_footage_is_true(truth: Truth) -> None:
        path = known.FOLDER / truth.file
        media = examination.examine(path) if truth.file in WHOLE else first_look(path)[0]
        lines = compared(truth, media)
        wrong = {one.name: (one.true, one.said) for one in lines if not one.agrees}
        assert wrong.keys() - LATER.get(truth.file, set()) == set(), wrong

    def test_a_false_word_is_noticed() -> None:
        truth = next(one for one in ROWS if one.file == "iphone6_gps_rot90.mov")
        media = first_look(known.FOLDER / truth.file)[0]
        for name, value in (("frames", 121), ("seconds", 4.5), ("turn", 0), ("model", "iPhone 7")):
            lines = compared(replace(truth, **{name: value}), media)  # type: ignore[arg-type]
            assert [one.name for one in lines if not one.agrees] == [name]
