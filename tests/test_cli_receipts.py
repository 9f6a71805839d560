"""Keys and receipts from the command line; checking needs neither database nor settings nor network."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.domain.test_verifying import PUBLIC, STATEMENT, signed
from tests.test_cli import ROOT, fresh, started, tipline  # noqa: F401 - a fixture
from tipline import db, printing
from tipline import settings as settings_module
from tipline.domain import custody, statements

Environment = dict[str, str]
PLAIN = {"PATH": os.environ["PATH"], "TIPLINE_LOCALE": "en"}
BASE64 = base64.b64encode(PUBLIC).decode()


@pytest.fixture
def receipt(tmp_path: Path) -> Path:
    path = tmp_path / "T-1042.json"
    path.write_text(json.dumps(signed(), ensure_ascii=False), encoding="utf-8")
    return path


def altered(receipt: Path) -> Path:
    said = json.loads(receipt.read_text(encoding="utf-8"))
    said["statement"]["files"][0]["size"] += 1
    receipt.write_text(json.dumps(said), encoding="utf-8")
    return receipt


def test_the_key_is_shown_for_the_notice_board_and_stays_the_same(fresh: Environment) -> None:  # noqa: F811
    first, second = tipline(fresh, "key", "show"), tipline(fresh, "key", "show")

    assert first.returncode == 0, first.stderr
    assert first.stdout == second.stdout
    told = dict(line.split(": ", 1) for line in first.stdout.splitlines())
    raw = base64.b64decode(told["public key"])
    assert told["id"] == statements.key_id(raw)
    assert told["fingerprint"] == statements.fingerprint(raw)


def test_a_new_key_asks_first_and_stands_in_the_log(fresh: Environment) -> None:  # noqa: F811
    before = tipline(fresh, "key", "show").stdout

    refused = tipline(fresh, "key", "rotate", stdin="n\n")
    assert refused.returncode == 1
    assert "Retire the present key" in refused.stdout
    assert "[y/N]" in tipline({**fresh, "TIPLINE_LOCALE": "zh_Hans_CN"}, "key", "rotate", stdin="n\n").stdout
    assert tipline(fresh, "key", "show").stdout == before
    done = tipline(fresh, "key", "rotate", "--yes")

    assert done.returncode == 0
    assert tipline(fresh, "key", "show").stdout in done.stdout
    database = db.Database(settings_module.load(fresh).database_url)
    with database.reading() as tx:
        acts = [one.action for one in custody.list_of(tx)]
    database.close()
    assert [one for one in acts if one.startswith("key:")] == ["key:make", "key:retire", "key:make"]


def test_another_secret_gets_a_sentence(fresh: Environment) -> None:  # noqa: F811
    tipline(fresh, "key", "show")

    refused = tipline({**fresh, "TIPLINE_SECRET_KEY": "y" * 48}, "key", "show")

    assert refused.returncode == 2
    assert "tipline key rotate" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_true_receipt_passes_and_nothing_is_made(receipt: Path, tmp_path: Path) -> None:
    done = started(PLAIN, "receipt", "verify", str(receipt), "--key", BASE64, cwd=tmp_path)

    assert done.returncode == 0, done.stderr + done.stdout
    assert "Receipt T-1042 of 航海路派出所" in done.stdout
    assert "Nothing in it was changed since. Files listed: 2." in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["T-1042.json"]


def test_faulty_settings_do_not_stop_a_check(receipt: Path) -> None:
    wrong = {"PATH": os.environ["PATH"], "TIPLINE_PORT": "eighty", "TIPLINE_DATABASE_URL": "nonsense:"}

    assert tipline(wrong, "receipt", "verify", str(receipt), "--key", BASE64).returncode == 0


def test_without_a_key_the_fingerprint_is_shown_to_compare(receipt: Path) -> None:
    done = tipline(PLAIN, "receipt", "verify", str(receipt))

    assert done.returncode == 0
    assert statements.fingerprint(PUBLIC) in done.stdout


def test_the_stations_list_serves_as_keys(receipt: Path, tmp_path: Path) -> None:
    listed = tmp_path / "tipline-keys.json"
    listed.write_text(json.dumps({"keys": [{"public_key": BASE64, "retired_at": None}]}))

    assert tipline(PLAIN, "receipt", "verify", str(receipt), "--keys", str(listed)).returncode == 0


def test_each_fault_is_named(receipt: Path) -> None:
    done = tipline(PLAIN, "receipt", "verify", str(altered(receipt)), "--key", BASE64)

    assert done.returncode == 1
    assert "Its signature does not fit" in done.stdout
    assert "“evidence” beside the signed part differs" in done.stdout


def test_another_stations_key_is_named(receipt: Path) -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(b"s" * 32).public_key().public_bytes_raw()

    done = tipline(PLAIN, "receipt", "verify", str(receipt), "--key", stranger.hex())

    assert done.returncode == 1
    assert "which is not a key of this station" in done.stdout


def test_originals_are_compared_bit_for_bit(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine.mp4", tmp_path / "other.mp4"
    mine.write_bytes(b"a" * 3_000_000)
    other.write_bytes(b"a" * 2_999_999 + b"b")
    files = [{**STATEMENT["files"][0], "sha256": hashlib.sha256(mine.read_bytes()).hexdigest()}]
    said = signed({**STATEMENT, "files": files})
    del said["evidence"]
    path = tmp_path / "r.json"
    path.write_text(json.dumps(said), encoding="utf-8")

    good = tipline(PLAIN, "receipt", "verify", str(path), "--file", str(mine))
    assert good.returncode == 0
    assert f"{mine} is file 1 of this receipt, bit for bit." in good.stdout

    both = tipline(PLAIN, "receipt", "verify", str(path), "--file", str(mine), "--file", str(other))
    assert both.returncode == 1
    assert f"{other} is none of the files of this receipt" in both.stdout


def test_the_pdf_serves_as_well(receipt: Path, tmp_path: Path) -> None:
    pdf = tmp_path / "T-1042.pdf"
    pdf.write_bytes(
        printing.pdf("<title>x</title><p>x</p>", attachments={"T-1042.json": receipt.read_text()})
    )
    assert tipline(PLAIN, "receipt", "verify", str(pdf), "--key", BASE64).returncode == 0

    pdf.write_bytes(printing.pdf("<title>x</title><p>x</p>"))
    bare = tipline(PLAIN, "receipt", "verify", str(pdf), "--key", BASE64)
    assert bare.returncode == 1
    assert "No receipt lies in this PDF." in bare.stdout


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "This is not a receipt"),
        (b"x" * 10_000_000, "larger than any receipt"),
        (b"[" * 1_000_000, "brackets nest without end"),
        (b'{"a": 1, "a": 2}', "stands in it twice"),
        (b'{"signed": false, "reference": "T-1"}', "bears no signature"),
    ],
)
def test_what_is_no_receipt_is_told_without_a_crash(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(data)

    done = tipline(PLAIN, "receipt", "verify", str(path))

    assert done.returncode == 1
    assert words in done.stdout
    assert "Traceback" not in done.stderr


def test_wrong_usage_ends_with_2(receipt: Path, tmp_path: Path) -> None:
    for arguments in (["nowhere.json"], [str(receipt), "--key", "no key"], [str(tmp_path)]):
        done = tipline(PLAIN, "receipt", "verify", *arguments)
        assert done.returncode == 2, done.stdout
        assert done.stderr.strip()
        assert "Traceback" not in done.stderr


def test_the_ways_of_the_documentation_work(tmp_path: Path) -> None:
    """docs/receipt.md promises that openssl, and ten lines of Python, come to the same."""
    said = signed()
    (tmp_path / "T-1042.json").write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")
    blocks = (ROOT / "docs" / "receipt.md").read_text(encoding="utf-8").split("```")
    script = next(one.removeprefix("python\n") for one in blocks if one.startswith("python\n"))
    shell = next(one.removeprefix("sh\n") for one in blocks if one.startswith("sh\n"))
    assert shutil.which("openssl")
    (tmp_path / "check.py").write_text(script.replace("PUBLIC KEY FROM THE NOTICE BOARD", BASE64))
    shell = shell.replace("PUBLIC KEY FROM THE NOTICE BOARD", BASE64)
    python = {"PATH": f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}"}

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=tmp_path, env=python, capture_output=True, text=True, check=False, timeout=60
        )

    assert run("python", "check.py").returncode == 0
    assert "Verified Successfully" in run("sh", "-ec", shell).stdout
    said["statement"]["reference"] = "T-1043"
    (tmp_path / "T-1042.json").write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    assert run("python", "check.py").returncode != 0
    assert "Verified Successfully" not in run("sh", "-ec", shell).stdout
