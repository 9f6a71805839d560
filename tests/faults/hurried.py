"""`python -m tests.faults.hurried`: the worker host with a short patience, so that a short run sees the end
of what takes minutes otherwise: leases that run out, uploads nobody came back for.
"""

from __future__ import annotations

import sys
from datetime import timedelta

from tipline.domain import outbox, uploads
from workers import lease, main

if __name__ == "__main__":
    outbox.LEASE, outbox.RING_AGAIN = timedelta(seconds=8), timedelta(seconds=4)
    uploads.IDLE = timedelta(seconds=6)
    lease.RENEW_EVERY_S = 2.0
    sys.exit(main.main([]))
