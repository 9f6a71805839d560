"""What printing needs of a bare machine: installed when we may, told when not, and never in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from tipline.preparing import host, paper
from tipline.preparing.places import Places


class Machine:
    """A machine that lacks parts until apt has run, if apt may."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, libraries: bool, font: bool, apt: bool) -> None:
        self.has = {"libraries": libraries, "font": font}
        self.apt, self.asked = apt, []
        monkeypatch.setattr(paper, "load_fault", lambda _p, _m: "" if self.has["libraries"] else "OSError")
        monkeypatch.setattr(paper, "has_chinese_font", lambda: self.has["font"])
        monkeypatch.setattr(paper, "install_packages", self._install)

    def _install(self, packages: list[str], *, with_sudo: bool) -> bool:
        self.asked.append((packages, with_sudo))
        if self.apt:
            self.has = {"libraries": True, "font": True}
        return self.apt


def test_what_is_there_is_looked_for_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    machine = Machine(monkeypatch, libraries=True, font=True, apt=True)
    paper.prepare(Places(tmp_path), with_tests=False)
    machine.has["font"] = False
    paper.prepare(Places(tmp_path), with_tests=False)
    assert machine.asked == []


@pytest.mark.parametrize(
    ("libraries", "font", "packages"),
    [
        (False, True, [*paper.LIBRARIES]),
        (True, False, [paper.FONT]),
        (False, False, [*paper.LIBRARIES, paper.FONT]),
    ],
)
def test_only_what_is_missing_is_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, libraries: bool, font: bool, packages: list[str]
) -> None:
    machine = Machine(monkeypatch, libraries=libraries, font=font, apt=True)
    paper.prepare(Places(tmp_path), with_tests=False)
    assert machine.asked == [(packages, False)]


def test_without_rights_tipline_starts_all_the_same_and_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Machine(monkeypatch, libraries=False, font=True, apt=False)
    paper.prepare(Places(tmp_path), with_tests=False)
    assert "apt-get install libpango-1.0-0" in capsys.readouterr().out
    assert not Places(tmp_path).stamp("paper").exists()


def test_the_tests_do_not_go_on_without(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    machine = Machine(monkeypatch, libraries=True, font=False, apt=False)
    with pytest.raises(host.Trouble, match="apt-get install fonts-wqy-microhei"):
        paper.prepare(Places(tmp_path), with_tests=True)
    assert machine.asked == [([paper.FONT], True)]
