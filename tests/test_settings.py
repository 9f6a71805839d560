"""Reading settings: `tipline.settings`. All faults of a start are told at once, and no secret is."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.side_by_side import side_by_side
from tipline import settings
from tipline.settings import GIB, SettingsError

SECRET = "a secret of thirty-two signs, or more"


def _faults(**environment: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        settings.load({f"TIPLINE_{name}": value for name, value in environment.items()})
    return caught.value.faults


def test_nothing_set_is_a_whole_instance_in_one_folder() -> None:
    loaded = settings.load({})

    assert (loaded.host, loaded.port, loaded.redis_url) == ("127.0.0.1", 8000, None)
    assert loaded.data == Path("var").resolve()
    assert loaded.database_url == f"sqlite:///{loaded.data}/tipline.db"
    assert loaded.store_url == f"file:{loaded.data}/store"
    assert (loaded.max_file_bytes, loaded.max_tip_bytes) == (8 * GIB, 32 * GIB)
    assert (loaded.locale, loaded.timezone) == ("zh_Hans_CN", "Asia/Shanghai")
    assert loaded.base_url == "http://127.0.0.1:8000"


def test_what_is_set_is_taken_and_the_rest_follows_the_data_folder(tmp_path: Path) -> None:
    loaded = settings.load(
        {
            "TIPLINE_DATA": str(tmp_path),
            "TIPLINE_PORT": " 8100 ",
            "TIPLINE_PUBLIC_URL": "https://tips.example/",
        }
    )

    assert loaded.port == 8100
    assert loaded.store_url == f"file:{tmp_path}/store"
    assert (loaded.public_url, loaded.base_url, loaded.secure) == (
        "https://tips.example", "https://tips.example", True,
    )  # fmt: skip


def test_an_empty_variable_is_as_good_as_none() -> None:
    assert settings.load({"TIPLINE_PORT": "  "}).port == 8000


def test_all_faults_are_told_at_once() -> None:
    faults = _faults(PORT="eighty", WORKERS="0", TIMEZONE="Mars/Olympus", STORE_URL="ftp://x", LOCALE="fr")

    assert len(faults) == 5
    assert faults[0] == "TIPLINE_PORT must be a whole number (it is 'eighty')."
    assert all(fault.startswith("TIPLINE_") and fault.endswith(".") for fault in faults)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"), ("PORT", "65536"), ("PORT", "8000.0"), ("DATABASE_URL", "mysql://host/db"),
        ("DATABASE_URL", "postgresql://host/db"), ("REDIS_URL", "http://host"),
        ("REDIS_URL", "redis://10.0.0.5:6379/0"),
        ("PUBLIC_URL", "tips.example"), ("PUBLIC_URL", "https://"), ("PUBLIC_URL", "http:tips.example"),
        ("PUBLIC_URL", "https://tips.example:99999"), ("EXIT_URL", "https://two words"), ("ONION_URL", "http://[fd00"),
        ("MAX_FILE_BYTES", "0"), ("MAX_FILE_BYTES", "8G"), ("MIN_FREE_BYTES", "-1"), ("BEHIND_PROXY", "many"),
        ("ALLOW_UNSANDBOXED", "yes"), ("ACK_MINUTES", "0"), ("TIMEZONE", "../etc/passwd"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_one_fault_that_names_it(name: str, value: str) -> None:
    (fault,) = _faults(**{name: value})

    assert fault.startswith(f"TIPLINE_{name} ")
    assert repr(value) in fault


@pytest.mark.parametrize(
    "address", ["http://[fd00::7]:8080", "https://警情.example", "https://tips.example/a"]
)
def test_people_open_any_address_that_names_a_host(address: str) -> None:
    assert settings.load({"TIPLINE_PUBLIC_URL": address}).base_url == address


def test_values_that_are_wrong_together_are_told_beside_those_that_are_wrong_alone() -> None:
    faults = _faults(
        PORT="eighty", MAX_FILE_BYTES="2000", MAX_TIP_BYTES="1000", MEDIA_URL="https://tips.example",
        PUBLIC_URL="https://tips.example", STORE_URL="file:/srv/store", KEYS_URL="file:/srv/store/keys",
    )  # fmt: skip

    named = {fault.split()[0] for fault in faults}
    assert named == {f"TIPLINE_{one}" for one in ("PORT", "MAX_TIP_BYTES", "MEDIA_URL", "KEYS_URL")}


@pytest.mark.parametrize("key", ["changeme", "Secret", "short", "x" * 31])
def test_a_key_anybody_could_guess_is_refused_and_not_repeated(key: str) -> None:
    (fault,) = _faults(SECRET_KEY=key)

    assert fault.startswith("TIPLINE_SECRET_KEY must be a secret of your own")
    assert key not in fault


def test_a_password_in_a_wrong_address_is_not_repeated() -> None:
    (fault,) = _faults(DATABASE_URL="mysql://tipline:hunter2@host/db")

    assert "hunter2" not in fault


def test_the_sum_of_a_tip_is_never_smaller_than_one_file() -> None:
    assert settings.load({"TIPLINE_MAX_FILE_BYTES": "1000"}).max_tip_bytes == 4000
    assert settings.load({"TIPLINE_MAX_TIP_BYTES": "1000"}).max_file_bytes == 1000
    (fault,) = _faults(MAX_FILE_BYTES="2000", MAX_TIP_BYTES="1000")
    assert "TIPLINE_MAX_TIP_BYTES" in fault


def test_a_slip_of_the_pen_is_found() -> None:
    environment = {"TIPLINE_PROT": "1", "TIPLINE_PORT": "1", "PATH": "/bin"}

    assert settings.unknown(environment) == ["TIPLINE_PROT"]


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_links_of_an_instance_that_listens_everywhere_lead_somewhere(host: str) -> None:
    assert settings.load({"TIPLINE_HOST": host}).base_url == "http://127.0.0.1:8000"


# --- secrets


def test_no_secret_is_shown() -> None:
    loaded = settings.load(
        {
            "TIPLINE_SECRET_KEY": SECRET,
            "TIPLINE_DATABASE_URL": "postgresql+psycopg://tipline:hunter2@host/db",
            "TIPLINE_REDIS_URL": "redis://:hunter2@host",
        }
    )
    shown = loaded.masked()

    assert SECRET not in repr(loaded)
    assert SECRET not in repr(shown)
    assert "hunter2" not in repr(shown)
    assert shown["TIPLINE_SECRET_KEY"] == "(set)"
    assert set(shown) == set(settings.sentences())


def test_a_secret_is_made_once_for_the_owner_alone_and_kept(tmp_path: Path) -> None:
    loaded = settings.load({"TIPLINE_DATA": str(tmp_path / "new" / "var")})
    first, second = settings.with_secret(loaded), settings.with_secret(loaded)

    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= settings.SHORTEST_KEY
    (kept,) = first.data.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_processes_that_start_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    loaded = settings.load({"TIPLINE_DATA": str(tmp_path / "var")})
    keys = {one.secret_key for one in side_by_side(settings.with_secret, [loaded] * 64)}

    assert len(keys) == 1
    assert [path.name for path in loaded.data.iterdir()] == ["secret.key"]


def test_a_secret_that_was_set_makes_no_file(tmp_path: Path) -> None:
    loaded = settings.load({"TIPLINE_DATA": str(tmp_path), "TIPLINE_SECRET_KEY": SECRET})

    assert settings.with_secret(loaded) is loaded
    assert list(tmp_path.iterdir()) == []


def test_a_secret_that_was_lost_is_said_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "tipline.db").write_bytes(b"of a station that is not new")
    loaded = settings.load({"TIPLINE_DATA": str(tmp_path)})

    with pytest.raises(SettingsError, match="Put it back from your copy"):
        settings.with_secret(loaded)
    assert [one.name for one in tmp_path.iterdir()] == ["tipline.db"]


def test_a_damaged_secret_stops_the_start_and_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("half")
    loaded = settings.load({"TIPLINE_DATA": str(tmp_path)})

    with pytest.raises(SettingsError, match="damaged"):
        settings.with_secret(loaded)
    assert (tmp_path / "secret.key").read_text() == "half"


@pytest.mark.parametrize(
    "address", ["s3://", "s3://b/p?endpoint_url=nowhere", "s3://b?endpoint=http://x", "file:", "file:here"]
)
def test_an_address_of_a_store_that_cannot_be_opened_is_told_at_the_start(address: str) -> None:
    (fault,) = _faults(STORE_URL=address)
    assert fault.startswith("TIPLINE_STORE_URL cannot be used: ")
    assert fault.endswith(f" (it is {address!r}).")


def test_values_are_shown_as_an_operator_writes_them() -> None:
    shown = settings.load({"TIPLINE_ALLOW_UNSANDBOXED": "1"}).masked()
    assert (shown["TIPLINE_ALLOW_UNSANDBOXED"], shown["TIPLINE_REDIS_URL"]) == ("1", "")
    assert settings.load({}).masked()["TIPLINE_ALLOW_UNSANDBOXED"] == "0"
