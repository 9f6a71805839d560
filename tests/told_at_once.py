"""A test that fails is told when it fails, with the line that says why: a run that is cut off told it too."""

from __future__ import annotations

import pytest


class ToldAtOnce:
    """Writes to the terminal of the process that runs the whole; its workers have none."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal is not None:
            terminal.write_line("")
            terminal.write_line(f"{report.when} FAILED after {report.duration:.0f} s: {report.nodeid}")
            terminal.write_line(_why(report)[:300])


def _why(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return f"  {crash.path}:{crash.lineno}: {crash.message}".replace("\n", " ") if crash else ""
