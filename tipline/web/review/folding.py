"""Which files of a tip stand open. A tip with many shows one of them whole; the others are a line with a few
pictures each, fetched when somebody opens them, so that three hundred files are as light as three.
"""

from __future__ import annotations

from flask import request

from tipline.domain.evidence import Evidence

MOST_OPEN = 8  # a tip with no more files than this folds none of them


def folded(rows: list[Evidence]) -> set[str]:
    """The ids of those that are only a line. Open is what the address or the act names, else the first."""
    if len(rows) <= MOST_OPEN:
        return set()
    wanted = {request.args.get("file", ""), (request.view_args or {}).get("evidence_id", "")}
    found = [one.id for one in rows if str(one.number) in wanted or one.id in wanted]
    opened = found or [next((one.id for one in rows if one.arrived), rows[0].id)]
    return {one.id for one in rows} - set(opened)
