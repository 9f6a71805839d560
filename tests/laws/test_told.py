"""Every act that code writes into the custody log has its sentence for people, in one of two tables."""

from __future__ import annotations

import ast
import re

from tests.laws.sources import python
from tipline.web.admin.log import ACTS
from tipline.web.review.history import SENTENCES

ACT = re.compile(r"[a-z-]+:[a-z-]+")
# Told by sentences of their own.
OTHERWISE = {"act:undo"}


def _written() -> dict[str, str]:
    """Acts named where an entry is appended → the file that does."""
    found = {}
    for source in (*python("tipline"), *python("workers")):
        for node in ast.walk(source.tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("append", "append_each")
            ):
                words = [one.value for one in node.args[2:3] if isinstance(one, ast.Constant)]
                found |= {
                    word: source.name for word in words if isinstance(word, str) and ACT.fullmatch(word)
                }
    return found


def test_every_act_of_the_log_has_a_sentence() -> None:
    told = {*SENTENCES, *ACTS, *OTHERWISE}

    assert len(_written()) > 40
    assert {act: where for act, where in _written().items() if act not in told} == {}
