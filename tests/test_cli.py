"""The command line as an operator uses it; in a process of its own where that is what counts."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from tests.conftest import PASSWORD
from tipline import db, passwords, services
from tipline import settings as settings_module
from tipline.bell import SilentBell
from tipline.cli import program
from tipline.domain import accounts, erasures, tokens
from tipline.domain.accounts import Account
from tipline.domain.tips import Tip

ROOT = Path(__file__).resolve().parents[1]
Done = subprocess.CompletedProcess[str]


@pytest.fixture
def fresh(tmp_path: Path) -> dict[str, str]:
    """The environment of a machine where nothing was ever started; it speaks English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TIPLINE_")}
    return {**kept, "TIPLINE_DATA": str(tmp_path / "var"), "TIPLINE_LOCALE": "en"}


def tipline(environment: dict[str, str], *arguments: str, stdin: str = "") -> Done:
    """A command of the program in just this environment, without the second that starting it takes."""
    only = {name: None for name in os.environ} | environment
    done = CliRunner().invoke(
        program, arguments, input=stdin, env=only, prog_name="tipline", catch_exceptions=False
    )
    return Done(arguments, done.exit_code, done.stdout, done.stderr)


def started(environment: dict[str, str], *arguments: str, stdin: str = "", cwd: Path = ROOT) -> Done:
    """The same as a shell starts it; only so may it become another program or forget its folder."""
    return subprocess.run(
        [sys.executable, "-m", "tipline", *arguments],
        env={**environment, "PYTHONPATH": str(ROOT)},
        input=stdin, capture_output=True, text=True, cwd=cwd, timeout=120, check=False,
    )  # fmt: skip


def add(
    environment: dict[str, str],
    name: str = "li",
    role: str = "investigator",
    stdin: str = PASSWORD,
    run: Callable[..., Done] = tipline,
) -> Done:
    return run(environment, "user", "add", name, "--role", role, "--password-stdin", stdin=stdin)


def test_what_is_kept_is_closed_to_other_users_of_the_machine(fresh: dict[str, str]) -> None:
    assert add(fresh, run=started).returncode == 0

    data = Path(fresh["TIPLINE_DATA"])
    kept = [data, *data.rglob("*")]
    assert data / "tipline.db" in kept
    assert [path.name for path in kept if path.lstat().st_mode & 0o077] == []


def account(environment: dict[str, str], name: str) -> Account | None:
    database = db.Database(settings_module.load(environment).database_url)
    with database.reading() as tx:
        found = accounts.find_account(tx, name)
    database.close()
    return found


def commands(group: click.Group, path: str = "tipline") -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = [(path, group)]
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command, f"{path} {name}"
        assert command.name == name
        if isinstance(command, click.Group):
            found += commands(command, f"{path} {name}")
        else:
            found.append((f"{path} {name}", command))
    return found


def test_every_command_and_option_says_what_it_is_for() -> None:
    for path, command in commands(program):
        assert command.help, path
        assert command.help.split("\n\n")[0].strip().endswith("."), path
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, f"{path} {option.name}"


def test_a_command_that_only_starts_another_program_loads_nothing_of_the_others() -> None:
    ask = "import sys, tipline.commands.operating, tipline.supervisor; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", f"from tipline.cli import program; program.get_command(None, 'run'); {ask}"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    ).stdout.split()  # fmt: skip
    assert "tipline.supervisor" in loaded
    assert {"sqlalchemy", "flask", "alembic", "tipline.domain", "tipline.services"} & {*loaded} == set()


def test_the_promised_commands_are_there() -> None:
    promised = {
        "run", "web", "worker", "migrate", "demo", "doctor", "user add", "user list", "user close",
        "user open", "user password", "token create", "media inspect", "custody verify", "settings show",
    }  # fmt: skip
    assert {f"tipline {name}" for name in promised} <= {path for path, _ in commands(program)}


def test_a_user_is_added_on_a_machine_where_nothing_was_started(fresh: dict[str, str]) -> None:
    done = add(fresh, stdin=PASSWORD + "\n", run=started)
    assert (done.returncode, done.stdout) == (0, "li can sign in now.\n")
    made = account(fresh, "li")
    assert made
    assert (made.role, made.active) == ("investigator", True)
    assert passwords.is_right(made.password, PASSWORD)


def test_a_station_that_lost_its_secret_says_so_and_makes_no_other(fresh: dict[str, str]) -> None:
    add(fresh)
    secret = Path(fresh["TIPLINE_DATA"]) / "secret.key"
    kept = secret.read_bytes()
    secret.unlink()

    for words, code in ((("user", "list"), 2), (("migrate",), 2), (("run",), 1), (("web",), 1)):
        refused = tipline(fresh, *words)
        assert refused.returncode == code, words
        assert "secret.key is missing, and this station is not new" in refused.stderr
    assert not secret.exists()
    secret.write_bytes(kept)
    assert tipline(fresh, "migrate").returncode == 0


def test_a_database_of_a_newer_version_is_a_sentence_and_stays_as_it_is(fresh: dict[str, str]) -> None:
    add(fresh)
    path = Path(fresh["TIPLINE_DATA"]) / "tipline.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()

    for words in (("migrate",), ("user", "list"), ("custody", "verify")):
        refused = tipline(fresh, *words)
        assert refused.returncode == 2, words
        assert refused.stderr.startswith("The database was made by a newer Tipline")
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]


def test_each_refusal_of_a_user_is_a_sentence_and_exit_code_2(fresh: dict[str, str]) -> None:
    add(fresh)
    refusals = {
        "There is an account with this name already": add(fresh),
        "A role is one of": add(fresh, "wang", "boss"),
        "A name takes 2 to 40": add(fresh, "a b"),
        "at least 8 characters": add(fresh, "wang", stdin="short"),
        "must not be a common one": add(fresh, "wang", stdin="12345678"),
        "--password-stdin": tipline(fresh, "user", "add", "wang", "--role", "admin"),
    }
    for words, done in refusals.items():
        assert done.returncode == 2, done
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
    assert account(fresh, "wang") is None


def test_a_token_is_printed_once_and_opens_the_api(fresh: dict[str, str]) -> None:
    add(fresh)
    done = tipline(fresh, "token", "create", "--user", "li")
    assert done.returncode == 0
    token = done.stdout.strip()
    assert "\n" not in token
    made = services.build(settings_module.load(fresh), bell=SilentBell())
    with made.database.reading() as tx:
        assert tokens.read_account(tx, made.key, token)[0].username == "li"
        kept = tx.scalars(accounts.select(accounts.ApiToken.token_hash)).all()
    made.close()
    assert token not in kept


def test_no_token_for_somebody_who_is_not_there_or_closed(fresh: dict[str, str]) -> None:
    add(fresh)
    assert tipline(fresh, "user", "close", "li").returncode == 0
    for name in ("li", "nobody"):
        done = tipline(fresh, "token", "create", "--user", name)
        assert (done.returncode, done.stderr) == (2, "There is no such account.\n")
    assert tipline(fresh, "user", "open", "li").returncode == 0
    assert tipline(fresh, "token", "create", "--user", "li").returncode == 0
    assert tipline(fresh, "token", "withdraw", "--user", "li").returncode == 0


def test_accounts_are_listed_and_get_new_passwords(fresh: dict[str, str]) -> None:
    add(fresh)
    add(fresh, "zhao", "admin")
    listed = tipline(fresh, "user", "list").stdout.splitlines()
    assert [line.split()[:3] for line in listed] == [
        ["li", "investigator", "open"],
        ["zhao", "admin", "open"],
    ]
    done = tipline(fresh, "user", "password", "li", "--password-stdin", stdin="quiet-river-bridge-77")
    assert done.returncode == 0
    changed = account(fresh, "li")
    assert changed
    assert passwords.is_right(changed.password, "quiet-river-bridge-77")


def test_factors_are_reset_with_a_reason_and_codes_are_told_of_the_demos_people_alone(
    fresh: dict[str, str],
) -> None:
    add(fresh, "zhao", "admin")
    assert tipline(fresh, "user", "reset-factors", "zhao").returncode == 2
    blank = tipline(fresh, "user", "reset-factors", "zhao", "--reason", " ")
    assert (blank.returncode, "Say why" in blank.stderr) == (2, True)
    done = tipline(fresh, "user", "reset-factors", "zhao", "--reason", "telephone lost")
    assert (done.returncode, "at the next sign-in" in done.stdout) == (0, True)
    assert tipline(fresh, "user", "code", "zhao").returncode == 2
    told = Path(fresh["TIPLINE_DATA"]) / "demo-passwords.txt"
    told.write_text(
        "li  abcd-efgh  -   李, investigator\nliu  abcd-efgh  " + "A" * 32 + "   刘, admin\n\nx\n"
    )
    assert tipline(fresh, "user", "code", "li").returncode == 2
    assert tipline(fresh, "user", "code", "x").returncode == 2
    code = tipline(fresh, "user", "code", "liu").stdout.strip()
    assert len(code) == 6
    assert code.isdigit()


def test_every_wrong_setting_is_told_at_once(fresh: dict[str, str]) -> None:
    wrong = {
        "TIPLINE_PORT": "http",
        "TIPLINE_WORKERS": "0",
        "TIPLINE_LOCALE": "fr",
        "TIPLINE_TIMEZONE": "Moon",
    }
    becomes_another = {("run",), ("web",), ("worker",)}
    for arguments in (*becomes_another, ("user", "list"), ("doctor",), ("settings", "show")):
        run = started if arguments in becomes_another else tipline
        done = run({**fresh, **wrong}, *arguments)
        assert done.returncode == 2
        assert len(done.stderr.strip().splitlines()) == len(wrong)
        assert all(name in done.stderr for name in wrong)


def test_a_misspelt_setting_is_pointed_out(fresh: dict[str, str]) -> None:
    done = tipline({**fresh, "TIPLINE_PROT": "8001"}, "user", "list")
    assert done.returncode == 0
    assert "TIPLINE_PROT is no setting" in done.stderr


def test_settings_are_shown_without_their_secrets(fresh: dict[str, str]) -> None:
    done = tipline({**fresh, "TIPLINE_SECRET_KEY": "s" * 40}, "settings", "show")
    assert done.returncode == 0
    assert "TIPLINE_SECRET_KEY=(set)" in done.stdout
    assert "s" * 40 not in done.stdout
    assert all(name in done.stdout for name in settings_module.sentences())


def test_a_database_that_cannot_be_reached_is_a_sentence(fresh: dict[str, str]) -> None:
    away = {"TIPLINE_DATABASE_URL": "postgresql+psycopg://nobody:hush@127.0.0.1:9/none?connect_timeout=1"}
    done = tipline({**fresh, **away}, "user", "list")
    assert done.returncode == 2
    assert "The database cannot be used" in done.stderr
    assert "hush" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_whole_log_is_0_and_a_broken_one_1_with_its_entry(fresh: dict[str, str]) -> None:
    add(fresh)
    add(fresh, "zhao", "admin")
    whole = tipline(fresh, "custody", "verify")
    assert (whole.returncode, whole.stdout) == (0, "All 6 entries stand as they were written.\n")
    database = db.Database(settings_module.load(fresh).database_url)
    with database.engine.connect() as connection:
        connection.execute(text("DROP TRIGGER custody_no_update"))
        connection.execute(text("UPDATE custody SET detail = '{}' WHERE seq = 2"))
        connection.commit()
    database.close()
    broken = tipline(fresh, "custody", "verify")
    assert broken.returncode == 1
    assert broken.stdout.startswith("The log is broken at entry 2")


def test_a_photo_is_inspected_from_any_folder(fresh: dict[str, str], tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (320, 240), (180, 40, 40)).save(tmp_path / "-photo.jpg")
    done = started(fresh, "media", "inspect", "--out", "keyframes", "--", "-photo.jpg", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    media = json.loads(done.stdout)
    assert (media["kind"], media["width"], media["height"], media["failure"]) == ("photo", 320, 240, None)
    assert list((tmp_path / "keyframes").iterdir())


def test_exit_codes_of_inspect_tell_undecodable_from_wrong_usage(
    fresh: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "noise.mp4").write_bytes(bytes(range(256)) * 40)
    kept = started(fresh, "media", "inspect", str(tmp_path / "noise.mp4"))
    assert kept.returncode == 3
    assert json.loads(kept.stdout)["failure"].startswith("media:")
    assert started(fresh, "media", "inspect", str(tmp_path / "none.mp4")).returncode == 2
    assert started(fresh, "media", "inspect").returncode == 2


def test_a_worker_takes_only_queues_that_exist(fresh: dict[str, str]) -> None:
    done = started(fresh, "worker", "--queues", "media,nonsense")
    assert done.returncode == 2
    assert "queues are media, soon, late, desk" in done.stderr


def test_migrating_twice_is_fine(fresh: dict[str, str]) -> None:
    for _ in range(2):
        assert tipline(fresh, "migrate").returncode == 0


def test_sentences_come_in_the_language_of_the_station(fresh: dict[str, str]) -> None:
    done = add({**fresh, "TIPLINE_LOCALE": "zh_Hans_CN"}, "a b")
    assert done.returncode == 2
    assert not done.stderr.isascii()


def test_a_partner_needs_no_password_and_its_token_opens_its_door(fresh: dict[str, str]) -> None:
    added = tipline(fresh, "user", "add", "mall", "--role", "partner")
    assert added.returncode == 0, added.stderr
    assert "tipline token create --user mall" in added.stdout
    assert tipline(fresh, "token", "create", "--user", "mall").stdout.startswith("tl_")
    # Everybody else needs one.
    assert tipline(fresh, "user", "add", "wu", "--role", "auditor").returncode == 2


def test_shops_are_brought_in_and_listed(fresh: dict[str, str], tmp_path: Path) -> None:
    table = tmp_path / "shops.csv"
    table.write_bytes("名称,地址\n幸福超市,航海路88号\n,没有名字\n".encode("gb18030"))
    brought = tipline(fresh, "shop", "import", str(table))
    assert (brought.returncode, brought.stdout.strip()) == (
        1, "Added: 1. In the list already: 0. Not taken: 1.",
    )  # fmt: skip
    assert brought.stderr.startswith("Line 3: Give the shop a name")
    listed = tipline(fresh, "shop", "list", "--search", "幸福").stdout
    assert "/?shop=" in listed
    assert "幸福超市（航海路88号）" in listed
    assert tipline(fresh, "shop", "list", "--search", "nothing").stdout == ""


def test_a_folder_is_watched_only_if_it_is_there_and_its_beat_exists(
    fresh: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(400))
    assert tipline(fresh, "intake", "watch", str(tmp_path / "nowhere")).returncode == 2
    unknown = tipline(fresh, "intake", "watch", str(folder), "--once", "--beat", "nowhere")
    assert (unknown.returncode, unknown.stderr.strip()) == (
        2, "This beat does not exist. Choose one from the list.",
    )  # fmt: skip
    inside = tipline(fresh, "intake", "watch", str(folder), "--once", "--move-done", str(tmp_path))
    assert (inside.returncode, "must not hold" in inside.stderr) == (2, True)
    done = tipline(fresh, "intake", "watch", str(folder), "--once", "--settle", "0.1")
    assert done.returncode == 0, done.stderr
    assert "taken    a.jpg → T-1001 file 1" in done.stdout
    again = tipline(fresh, "intake", "watch", str(folder), "--once", "--settle", "0.1")
    assert again.stdout.strip().endswith("Taken: 0. There before: 1. Refused: 0. Waiting: 0.")


def test_the_command_line_only_asks_for_an_erasure_and_tells_what_rules_would_do(
    fresh: dict[str, str],
    environment: dict[str, str],
    services: services.Services,
    make_tip: Callable[..., Tip],
) -> None:
    tip, environment = make_tip(), {**fresh, **environment}
    asked = tipline(environment, "erase", tip.reference, "--reason", "a court says so")
    assert (asked.returncode, tip.reference in asked.stdout) == (0, True)
    again = tipline(environment, "erase", tip.reference, "--reason", "a court says so")
    assert again.returncode == 2
    with services.database.reading() as tx:
        assert [one.state for one in erasures.list_in(tx, *erasures.STATES)] == ["asked"]

    shown = tipline(environment, "retention", "preview")
    assert (shown.returncode, shown.stdout.count("theft")) == (0, 1)
