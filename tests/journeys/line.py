"""The line between a phone and the station: how fast it is, and that it can break.

One CDP session does both: with a second one, being offline would not cut what the first slows down.
"""

from __future__ import annotations

from playwright.sync_api import Page

FAST = 100_000_000


class Line:
    """Bytes a second upwards; downwards it is always quick enough for pages."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Network.enable")

    def slow(self, bytes_a_second: int) -> None:
        self._set(bytes_a_second)

    def fast(self) -> None:
        self._set(FAST)

    def cut(self) -> None:
        self._set(0, offline=True)

    def _set(self, up: int, *, offline: bool = False) -> None:
        self._session.send(
            "Network.emulateNetworkConditions",
            {
                "offline": offline,
                "latency": 5,
                "downloadThroughput": 0 if offline else FAST,
                "uploadThroughput": up,
            },
        )
