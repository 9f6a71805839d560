"""OpenCV on a bare machine: which way is taken, without touching this one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tipline.preparing import host, installer, libraries
from tipline.preparing.places import Places

NO_GL = "ImportError: libGL.so.1: cannot open shared object file: No such file or directory\n"


class Machine:
    """A machine that lacks a library until `mended_by` has happened."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, *, root: bool, mended_by: str, fault: str = NO_GL
    ) -> None:
        self.done: list[str] = []
        self.fault, self.mended_by = fault, mended_by
        monkeypatch.setattr(libraries, "is_root", lambda: root)
        monkeypatch.setattr(libraries, "load_fault", self._load)
        monkeypatch.setattr(libraries, "install_packages", self._apt)
        monkeypatch.setattr(installer, "uninstall", lambda _places, names: self.done.append("-" + names[0]))
        monkeypatch.setattr(installer, "install_one", lambda _places, lock, _what: self.done.append(lock))

    def _load(self, _places: Places, module: str) -> str:
        return self.fault if module == "cv2" and self.mended_by not in self.done else ""

    def _apt(self, packages: tuple[str, ...]) -> bool:
        self.done.append("apt")
        assert "libgl1" in packages
        return True


def test_nothing_is_done_where_opencv_loads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    machine = Machine(monkeypatch, root=True, mended_by="", fault="")
    libraries.make_loadable(Places(tmp_path))
    assert machine.done == []


def test_root_gets_the_missing_libraries_from_the_system(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    machine = Machine(monkeypatch, root=True, mended_by="apt")
    libraries.make_loadable(Places(tmp_path))
    assert machine.done == ["apt"]


@pytest.mark.parametrize("root", [True, False])
def test_opencv_without_windows_takes_over_where_packages_do_not_help(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], root: bool
) -> None:
    machine = Machine(monkeypatch, root=root, mended_by="headless")
    libraries.make_loadable(Places(tmp_path))
    assert machine.done == (["apt"] if root else []) + ["-opencv-python", "headless"]
    assert "libGL.so.1" in capsys.readouterr().out


def test_when_nothing_helps_the_sentence_names_the_packages(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Machine(monkeypatch, root=False, mended_by="never")
    with pytest.raises(host.Trouble, match=r"apt-get install libgl1 libglib2\.0-0"):
        libraries.make_loadable(Places(tmp_path))


def test_another_fault_than_a_missing_library_is_shown_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Machine(monkeypatch, root=True, mended_by="never", fault="ImportError: numpy is broken")
    with pytest.raises(host.Trouble, match="numpy is broken"):
        libraries.make_loadable(Places(tmp_path))


def test_a_missing_seccomp_is_told_with_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(libraries, "is_root", lambda: False)
    monkeypatch.setattr(
        libraries, "load_fault", lambda _places, module: "no" if module == "pyseccomp" else ""
    )
    with pytest.raises(host.Trouble, match="apt-get install libseccomp2"):
        libraries.make_loadable(Places(tmp_path))


def test_the_library_is_named_from_what_the_loader_says() -> None:
    assert libraries.missing_library(NO_GL) == "libGL.so.1"
    assert libraries.missing_library("ModuleNotFoundError: No module named 'cv2'") is None
