"""What can still be shown of a film that cannot be opened: a repaired copy, looked at in its place.

The original is not touched. The copy goes out through the job's output and stays marked as what it is.
"""

from __future__ import annotations

from dataclasses import replace

from workers.media import codes, repair, video
from workers.media.job import Job
from workers.media.report import Report

MAY_HELP = frozenset({codes.INDEX_LOST, codes.CORRUPT, codes.UNKNOWN})


def shown(job: Job, report: Report, failure: str) -> bool:
    """Whether a copy could be made and looked at. ``failure`` is why the original could not."""
    if failure not in MAY_HELP or report.media["container"] is not None or job.output is None:
        return False
    with report.step("repair"):
        done = repair.repaired(job, repair.setups(job.given.get("setups", [])))
    if done is None:
        return False
    report.warn(codes.REPAIRED)
    if not done.whole:
        report.warn(codes.TRUNCATED)
    report.media["derived"] = {"kind": "repaired", "how": done.how, "rate": done.rate}
    video.examine(replace(job, input=job.output, size=done.size, output=None), report)
    return True
