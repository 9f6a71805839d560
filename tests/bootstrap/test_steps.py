"""Single steps of set-up on folders of their own; nothing is fetched."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tipline import bootstrap
from tipline.preparing import browser, bytecode, catalogues, host, python_parts
from tipline.preparing.places import Places

ROOT = Path(__file__).resolve().parents[2]


def test_the_launcher_starts_our_program_from_any_folder_and_a_path_with_spaces(tmp_path: Path) -> None:
    places = Places(tmp_path / "a checkout")
    site = places.venv / "lib" / "python3.11" / "site-packages"
    for folder in (site, places.venv / "bin", places.root / "tipline"):
        folder.mkdir(parents=True)
    places.python.symlink_to(sys.executable)
    (places.root / "tipline" / "__main__.py").write_text("import sys; print('ours', sys.argv[1:])")
    (places.root / "tipline" / "__init__.py").write_text("")
    python_parts._write_launcher(places)
    assert (site / "tipline.pth").read_text().strip() == str(places.root)
    decoy = tmp_path / "elsewhere" / "tipline"
    decoy.mkdir(parents=True)
    (decoy / "__init__.py").write_text("raise SystemExit('a stranger')")
    link = tmp_path / "command"
    link.symlink_to(places.venv / "bin" / "tipline")
    environment = {**os.environ, "PYTHONPATH": str(places.root)}
    done = subprocess.run(
        [link, "run", "x y"], cwd=decoy.parent, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "ours ['run', 'x y']", done.stderr


def test_an_environment_that_was_moved_is_not_trusted(tmp_path: Path) -> None:
    places = Places(tmp_path)
    (places.venv / "bin").mkdir(parents=True)
    (places.venv / "bin" / "pip").write_text("#!/elsewhere/.venv/bin/python\n")
    assert not python_parts._was_made_here(places)
    (places.venv / "bin" / "pip").write_text(f"#!{places.python}\n")
    assert python_parts._was_made_here(places)


def test_a_missing_venv_module_is_told_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python_parts, "_has_venv", lambda: False)
    monkeypatch.setattr(python_parts, "install_packages", lambda _packages: False)
    with pytest.raises(host.Trouble, match=r"apt-get install python3\.\d+-venv"):
        python_parts._need_venv_module()


def test_an_older_python_gets_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr("tipline.bootstrap.shutil.which", lambda _name: None)
    assert bootstrap.main([]) == 1
    assert "needs Python 3.11 or newer; this is 3.9" in capsys.readouterr().err


def test_a_catalogue_is_compiled_only_when_its_text_is_newer(tmp_path: Path) -> None:
    folder = tmp_path / "tipline" / "locales" / "zh_Hans_CN" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    text = folder / "messages.po"
    text.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Yes"\nmsgstr "是"\n'
    )
    assert catalogues.is_stale(text)
    places = Places(tmp_path)
    (places.venv / "bin").mkdir(parents=True)
    (places.venv / "bin" / "pybabel").symlink_to(Path(sys.executable).with_name("pybabel"))
    catalogues.prepare(places)
    assert not catalogues.is_stale(text)
    later = text.stat().st_mtime + 10
    os.utime(text, (later, later))
    assert catalogues.is_stale(text)


def test_our_code_is_compiled_for_those_who_may_write_nothing_and_only_when_it_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = Places(tmp_path)
    places.python.parent.mkdir(parents=True)
    places.python.symlink_to(sys.executable)
    source = tmp_path / "workers" / "media" / "child.py"
    source.parent.mkdir(parents=True)
    source.write_text("ANSWER = 42\n")
    compiled = Path(importlib.util.cache_from_source(str(source)))

    bytecode.prepare(places)
    assert compiled.exists()
    assert "Python code" in capsys.readouterr().out
    bytecode.prepare(places)
    assert capsys.readouterr().out == ""

    source.write_text("ANSWER = 1042\n")
    later = source.stat().st_mtime + 10  # a compiled file knows whole seconds
    os.utime(source, (later, later))
    before = compiled.read_bytes()
    bytecode.prepare(places)
    assert compiled.read_bytes() != before


def test_code_that_cannot_be_compiled_refuses_no_start(tmp_path: Path) -> None:
    places = Places(tmp_path)
    (tmp_path / "tipline").mkdir()
    (tmp_path / "tipline" / "cli.py").touch()
    bytecode.prepare(places)
    assert not places.stamp("bytecode").exists()


def test_a_checkout_without_translations_is_no_fault(tmp_path: Path) -> None:
    catalogues.prepare(Places(tmp_path))


def test_missing_chromium_is_told_and_never_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "find_browser", lambda: None)
    monkeypatch.setattr(browser, "install_packages", lambda *_args, **_more: False)
    with pytest.raises(host.Trouble, match="apt-get install chromium"):
        browser.prepare()


def test_a_browser_that_is_only_a_pointer_does_not_count(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shop = tmp_path / "chromium"
    shop.write_text("#!/bin/sh\necho 'install the snap' >&2\nexit 1\n")
    shop.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert browser.find_browser() is None
    shop.write_text("#!/bin/sh\necho Chromium 1\n")
    assert browser.find_browser() == str(shop)


def test_make_alone_lists_what_can_be_made() -> None:
    listed = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("run", "test", "check", "lock", "messages", "bench", "clean"):
        assert f"make {target}" in listed
