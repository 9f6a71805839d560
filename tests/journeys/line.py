"""The line between a device and the station: how fast it is, that it breaks, in which order answers come.

One CDP session does the first two: with a second one, being offline would not cut what the first slows down.
"""

from __future__ import annotations

from playwright.sync_api import APIResponse, Page, Route

from tests.journeys.conftest import PATIENCE_MS

FAST = 100_000_000
STEP_MS = 20


class Held:
    """Answers on their way from some addresses: the station has given them, the page gets them one by one.

    So a hand can be quicker than an answer, and an older answer come after a newer one, on any machine.
    """

    def __init__(self, page: Page, addresses: str, *, method: str = "GET") -> None:
        self._page, self._addresses, self._method, self._is_over = page, addresses, method, False
        self._answers: list[tuple[Route, APIResponse]] = []
        page.route(addresses, self._keep)

    def _keep(self, route: Route) -> None:
        if self._is_over or route.request.method != self._method:
            route.fallback()
            return
        answer = route.fetch(max_redirects=0)
        if self._is_over:
            route.fulfill(response=answer)
        else:
            self._answers.append((route, answer))

    def wait(self, many: int = 1) -> None:
        """Until so many were given by the station."""
        for _ in range(PATIENCE_MS // STEP_MS):
            if len(self._answers) >= many:
                return
            self._page.wait_for_timeout(STEP_MS)
        raise AssertionError(f"only {len(self._answers)} of {many} answers came to {self._addresses}")

    def let_go(self, number: int = 0) -> None:
        """Hand over this one of those that wait."""
        self.wait(number + 1)
        route, answer = self._answers.pop(number)
        route.fulfill(response=answer)
        route.request.response()  # or none, if the page has given it up

    def end(self) -> None:
        """Hand over what waits; from now on answers come as they are given."""
        self._is_over = True
        while self._answers:
            self.let_go()


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
