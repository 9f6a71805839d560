"""What decides whether files of new tips are encrypted, when TIPLINE_ENCRYPT says nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import SQLAlchemyError

from tipline import db, encryption, keyplace
from tipline import settings as settings_module
from tipline.bell import SilentBell
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced
from tipline.errors import TiplineError
from tipline.services import Services, build, keys_folder
from tipline.settings import Settings

IN_A_BUCKET = {"TIPLINE_STORE_URL": "s3://evidence/a"}
AddFile = Callable[..., Evidence]
MakeTip = Callable[..., Tip]


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name != "TIPLINE_ENCRYPT"}


@contextmanager
def started(environment: dict[str, str], **more: str) -> Iterator[Services]:
    """Another process of the same station."""
    made = build(settings_module.load(environment | more), bell=SilentBell())
    yield made
    made.close()


def session_of(services: Services, tip: Tip) -> str:
    return services.receiver.begin(tip.id, Announced(100, "later.jpg")).session


def why(environment: dict[str, str], **more: str) -> tuple[str, str]:
    return keyplace.examine_choice(settings_module.load(environment | more))[:2]


def test_a_new_station_encrypts_and_goes_on_so(
    services: Services, environment: dict[str, str], tip: Tip, make_tip: MakeTip, add_file: AddFile
) -> None:
    assert why(environment) == ("OK", encryption.NEW.sentence)
    add_file(tip)

    assert services.vaults.encrypts
    assert why(environment) == ("OK", encryption.HAS_KEYS.sentence)
    with started(environment) as later:
        assert "!" in session_of(later, make_tip())
    with started(environment, TIPLINE_ENCRYPT="0") as later:
        assert "!" not in session_of(later, make_tip())


def test_a_station_that_began_plain_stays_plain_until_somebody_says_otherwise(
    settings: Settings, environment: dict[str, str], make_tip: MakeTip, services: Services
) -> None:
    with started(environment, TIPLINE_ENCRYPT="0") as plain:
        session_of(plain, make_tip())

    shutil.rmtree(keys_folder(settings))
    assert why(environment) == ("OK", encryption.HAS_FILES.sentence)
    with started(environment) as later:
        assert later.vaults.ring is None
        assert "!" not in session_of(later, make_tip())
    assert not keys_folder(settings).exists()
    with started(environment, TIPLINE_ENCRYPT="1") as later:
        assert "!" in session_of(later, make_tip())


def test_keys_that_are_lost_never_make_a_station_look_new(
    services: Services, settings: Settings, environment: dict[str, str], tip: Tip, make_tip: MakeTip,
    add_file: AddFile,
) -> None:  # fmt: skip
    add_file(tip)
    fresh = make_tip()
    shutil.rmtree(keys_folder(settings))

    assert keyplace.examine(settings_module.load(environment))[0] == "FAIL"
    with started(environment) as later:
        with pytest.raises(TiplineError) as caught:
            later.vaults.check()
        assert caught.value.code == "vault:key-lost"
        with pytest.raises(TiplineError) as caught:
            session_of(later, fresh)
        assert caught.value.code == "vault:key-lost"


def test_a_bucket_without_a_place_for_keys_stays_plain_and_the_doctor_says_why(
    settings: Settings, environment: dict[str, str], tmp_path: Path
) -> None:
    shared = f"file:{tmp_path / 'shared'}"

    assert why(environment, **IN_A_BUCKET) == ("NOTE", encryption.NO_PLACE.sentence)
    assert why(environment, **IN_A_BUCKET, TIPLINE_KEYS_URL=shared) == ("OK", encryption.NEW.sentence)
    found = keyplace.examine(settings_module.load(environment | IN_A_BUCKET | {"TIPLINE_KEYS_URL": shared}))
    assert found[:2] == ("OK", keyplace.NOT_YET)
    around = {"TIPLINE_STORE_URL": f"file:{settings.data}"}
    assert why(environment, **around) == ("NOTE", encryption.NO_PLACE.sentence)


def test_what_is_set_is_what_is_done(settings: Settings, environment: dict[str, str]) -> None:
    assert why(environment, TIPLINE_ENCRYPT="1") == ("OK", encryption.ON_SET.sentence)
    assert why(environment, TIPLINE_ENCRYPT="0") == ("OK", encryption.OFF_SET.sentence)


def test_a_start_while_the_database_is_away_decides_when_it_is_back(
    environment: dict[str, str], tmp_path: Path
) -> None:
    environment |= {"TIPLINE_DATA": str(tmp_path / "late")}
    with started(environment) as made:
        with pytest.raises(SQLAlchemyError):
            _ = made.vaults.encrypts
        made.settings.data.mkdir(exist_ok=True)
        db.migrate(made.settings.database_url)
        assert made.vaults.encrypts


def test_looking_at_a_station_that_was_never_started_makes_nothing(tmp_path: Path) -> None:
    assert why({"TIPLINE_DATA": str(tmp_path / "var")}) == ("OK", encryption.NEW.sentence)
    assert not (tmp_path / "var").exists()
