"""Pages as axe sees them, by day and by night.

The theme changes colours and nothing else, so in the dark only rules about colours are asked again; and the
language changes no colours, so that one language is enough for those, and for the dark.
"""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

# Rules about colours are the dear ones: they ask of each word what lies behind it.
OF_COLOURS = ("color-contrast", "link-in-text-block")
ALL_RULES: dict[str, object] = {"resultTypes": ["violations"]}
COLOURS: dict[str, object] = {**ALL_RULES, "runOnly": ["cat.color"]}
NO_COLOURS: dict[str, object] = {**ALL_RULES, "rules": {rule: {"enabled": False} for rule in OF_COLOURS}}
RUN = "rules => axe.run(rules).then(found => found.violations)"


class Look:
    """Visits pages and collects what axe finds wrong with them."""

    def __init__(self, page: Page, *, by_night: bool = True, colours: bool = True) -> None:
        self.page = page
        self._themes = [("light", ALL_RULES if colours else NO_COLOURS)]
        if by_night:
            self._themes.append(("dark", COLOURS))
        self.found: list[str] = []

    def at(self, name: str) -> None:
        """Judge the page as it stands now, whole, by day and by night."""
        self.page.wait_for_load_state()
        for theme, rules in self._themes:
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            for fault in self._faults(rules):
                for node in fault["nodes"]:
                    where = " ".join(map(str, node["target"]))
                    what = f"{fault['id']} ({fault['impact']}) {where} {node['html'][:160]}"
                    self.found.append(f"{name}, {theme}: {what}")

    def _faults(self, rules: dict[str, object]) -> list[dict[str, Any]]:
        """What axe, which is brought along once a page, finds wrong."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        found: list[dict[str, Any]] = self.page.evaluate(RUN, rules)
        return found

    def unfolded(self, name: str) -> None:
        """The same page with everything open that can be opened."""
        self.page.wait_for_load_state()
        self.page.locator("main details").evaluate_all("all => all.forEach(one => { one.open = true; })")
        self.at(f"{name} unfolded")

    def visit(self, path: str, *, seen: str = "main") -> None:
        self.page.goto(path)
        expect(self.page.locator(seen).first).to_be_visible()
        self.at(path)
