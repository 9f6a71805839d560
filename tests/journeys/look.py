"""Pages as axe sees them, by day and by night.

The theme changes colours and nothing else, so in the dark only rules about colours are asked again; and the
language changes no colours, so that one language is enough for the dark.
"""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

ALL_RULES: dict[str, object] = {"resultTypes": ["violations"]}
COLOURS: dict[str, object] = {**ALL_RULES, "runOnly": ["cat.color"]}
THEMES = (("light", ALL_RULES), ("dark", COLOURS))


class Look:
    """Visits pages and collects what axe finds wrong with them."""

    def __init__(self, page: Page, *, by_night: bool = True) -> None:
        self.page = page
        self._themes = THEMES if by_night else THEMES[:1]
        self.found: list[str] = []
        self._axe = Axe()

    def at(self, name: str) -> None:
        """Judge the page as it stands now, by day and by night."""
        for theme, rules in self._themes:
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            answer = self._axe.run(self.page, options=rules)
            for fault in answer.response["violations"]:
                for node in fault["nodes"]:
                    where = " ".join(map(str, node["target"]))
                    what = f"{fault['id']} ({fault['impact']}) {where} {node['html'][:160]}"
                    self.found.append(f"{name}, {theme}: {what}")

    def unfolded(self, name: str) -> None:
        """The same page with everything open that can be opened."""
        self.page.locator("main details").evaluate_all("all => all.forEach(one => { one.open = true; })")
        self.at(f"{name} unfolded")

    def visit(self, path: str, *, seen: str = "main") -> None:
        self.page.goto(path)
        expect(self.page.locator(seen).first).to_be_visible()
        self.at(path)
