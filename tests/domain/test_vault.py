"""A tip's key: made with its first file, never made where one should be, and gone for good when destroyed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import storage
from storage import keys
from tests.side_by_side import side_by_side
from tipline import checks
from tipline import settings as settings_module
from tipline.bell import SilentBell
from tipline.domain.evidence import Evidence
from tipline.domain.tips import Tip
from tipline.domain.uploads import Announced
from tipline.domain.vault import count_sealed
from tipline.errors import TiplineError
from tipline.services import Services, build, keys_folder
from tipline.settings import Settings, SettingsError

CANARY = b"a canary that nobody may read "
FILM = b"\0\0\0\x18ftypmp42" + CANARY * 400


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return environment | {"TIPLINE_ENCRYPT": "1"}


@pytest.fixture
def tip(make_tip: Callable[..., Tip]) -> Tip:
    return make_tip()


def restarted(settings: Settings, **more: str) -> Iterator[Services]:
    """Another process of the same station, perhaps with other settings."""
    said = {name: value for name, value in settings_of(settings).items() if value} | more
    made = build(settings_module.load(said), bell=SilentBell())
    yield made
    made.close()


def settings_of(settings: Settings) -> dict[str, str]:
    return {
        "TIPLINE_DATA": str(settings.data),
        "TIPLINE_MIN_FREE_BYTES": "1000000",
        "TIPLINE_SECRET_KEY": settings.secret_key,
        "TIPLINE_ENCRYPT": "1",
    }


def vault_of(services: Services, tip: Tip) -> str | None:
    with services.database.reading() as tx:
        return tx.get_one(Tip, tip.id).vault


def read(services: Services, key: str) -> bytes:
    with services.store.open(key) as reader:
        return reader.read()


def lying_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def refusal(services: Services, tip: Tip) -> str:
    with pytest.raises(TiplineError) as caught:
        services.receiver.begin(tip.id, Announced(len(FILM), "cam1.mp4"))
    return caught.value.code


def test_a_dump_of_store_and_database_has_no_plain_canary(
    services: Services, settings: Settings, tip: Tip, add_file: Callable[..., Evidence]
) -> None:
    """Threat 36: whoever takes the files, with or without the database, reads none of them."""
    evidence = add_file(tip, FILM, "cam1.mp4")
    services.store.put(keys.rendition(evidence.id, "keyframe-0000000000.jpg"), CANARY * 9)
    begun = services.receiver.begin(tip.id, Announced(2 * len(FILM), "cam2.mp4"))
    services.receiver.append(begun.id, tip.id, 0, [FILM])

    dump = lying_in(settings.data / "store") + lying_in(settings.data / "tmp")
    dump += b"".join(path.read_bytes() for path in settings.data.glob("tipline.db*"))
    assert CANARY.strip() not in dump
    assert len(dump) > 3 * len(FILM) - 100
    ring = services.vaults.ring
    assert ring
    name = vault_of(services, tip)
    assert name
    assert ring.open(name) not in dump + lying_in(keys_folder(settings))
    assert read(services, evidence.key) == FILM


def test_a_tip_has_one_key_however_many_files_begin_at_once(services: Services, tip: Tip) -> None:
    begun = side_by_side(lambda n: services.receiver.begin(tip.id, Announced(100, f"{n}.jpg")), range(4))

    ring = services.vaults.ring
    assert ring
    assert list(ring.names()) == [vault_of(services, tip)]
    assert len({one.session.partition("!")[2] for one in begun}) == 1


def test_a_tip_without_files_has_no_key(services: Services, tip: Tip) -> None:
    assert vault_of(services, tip) is None


def test_keys_lie_apart_for_this_user_alone(
    services: Services, settings: Settings, tip: Tip, add_file: Callable[..., Evidence]
) -> None:
    add_file(tip)

    folder = keys_folder(settings)
    assert folder == settings.data / "keys"
    assert folder.stat().st_mode & 0o077 == 0
    assert not (settings.data / "store").resolve().is_relative_to(folder)


def test_a_destroyed_key_takes_every_file_of_its_tip_and_no_other(
    services: Services, settings: Settings, make_tip: Callable[..., Tip], add_file: Callable[..., Evidence]
) -> None:
    one, other = make_tip(), make_tip()
    gone, kept = add_file(one, FILM), add_file(other, FILM)
    picture = keys.rendition(gone.id, "keyframe-0000000000.jpg")
    services.store.put(picture, CANARY)
    growing = services.receiver.begin(one.id, Announced(100, "later.jpg"))
    services.vaults.destroy(vault_of(services, one))
    services.vaults.destroy(vault_of(services, one))

    for each in (services, *restarted(settings)):
        for key in (gone.key, picture):
            with pytest.raises(storage.KeyDestroyed):
                each.store.open(key)
        with pytest.raises(storage.KeyDestroyed):
            each.store.put(picture, CANARY)
    with pytest.raises(TiplineError) as caught:
        services.receiver.append(growing.id, one.id, 0, [b"x" * 100])
    assert caught.value.code == "store:lost"
    assert refusal(services, one) == "store:lost"
    assert len(lying_in(settings.data / "store")) > 2 * len(FILM)
    assert read(services, kept.key) == FILM
    services.vaults.check()
    assert services.vaults.list_lost() == []


def test_an_erasure_that_died_before_the_key_was_gone_is_finished(
    services: Services, tip: Tip, add_file: Callable[..., Evidence]
) -> None:
    evidence = add_file(tip, FILM)
    with services.database.transaction() as tx:
        row = tx.get_one(Tip, tip.id)
        row.erased_at = row.created_at

    assert services.vaults.finish() == 1
    assert services.vaults.finish() == 0
    with pytest.raises(storage.KeyDestroyed):
        services.store.open(evidence.key)


def test_a_lost_folder_of_keys_is_said_before_anything_is_written_and_no_new_key_is_made(
    services: Services, settings: Settings, make_tip: Callable[..., Tip], add_file: Callable[..., Evidence]
) -> None:
    tip, fresh = make_tip(), make_tip()
    evidence = add_file(tip, FILM)
    away = settings.data / "safe"
    keys_folder(settings).rename(away)

    for later in restarted(settings):
        with pytest.raises(TiplineError) as caught:
            later.vaults.check()
        assert caught.value.code == "vault:key-lost"
        assert checks.store(later) == "cannot be used (vault:key-lost)"
        assert refusal(later, tip) == refusal(later, fresh) == "vault:key-lost"
        with pytest.raises(storage.KeyLost):
            later.store.open(evidence.key)
        assert later.vaults.list_lost() == [tip.reference]
        assert list(keys_folder(settings).rglob("vault/*")) == []
    # The station is off and on again with the folder back: all is as it was.
    shutil.rmtree(keys_folder(settings))
    away.rename(keys_folder(settings))
    for later in restarted(settings):
        later.vaults.check()
        assert read(later, evidence.key) == FILM


def test_keys_that_are_lost_are_missed_even_when_the_station_stopped_encrypting(
    services: Services, settings: Settings, tip: Tip, add_file: Callable[..., Evidence]
) -> None:
    add_file(tip, FILM)
    shutil.rmtree(keys_folder(settings))

    for later in restarted(settings, TIPLINE_ENCRYPT="0"):
        with pytest.raises(TiplineError) as caught:
            later.vaults.check()
        assert caught.value.code == "vault:key-lost"


def test_another_secret_is_told_in_a_sentence(
    services: Services, settings: Settings, tip: Tip, add_file: Callable[..., Evidence]
) -> None:
    add_file(tip, FILM)

    for later in restarted(settings, TIPLINE_SECRET_KEY="x" * 48):
        with pytest.raises(TiplineError) as caught:
            later.vaults.check()
        assert caught.value.code == "vault:key-wrong"
        assert refusal(later, tip) == "vault:key-wrong"


def test_a_station_that_stops_encrypting_still_reads_and_goes_on_with_tips_that_have_a_key(
    services: Services, settings: Settings, make_tip: Callable[..., Tip], add_file: Callable[..., Evidence]
) -> None:
    old, new = make_tip(), make_tip()
    evidence = add_file(old, FILM)

    for later in restarted(settings, TIPLINE_ENCRYPT="0"):
        assert read(later, evidence.key) == FILM
        assert "!" in later.receiver.begin(old.id, Announced(9, "a.jpg")).session
        assert "!" not in later.receiver.begin(new.id, Announced(9, "a.jpg")).session
        assert count_sealed(later.database) == (1, 1)


def test_keys_must_not_lie_in_the_store(environment: dict[str, str]) -> None:
    inside = [
        {"TIPLINE_STORE_URL": "file:/srv/store", "TIPLINE_KEYS_URL": "file:/srv/store/keys"},
        {"TIPLINE_STORE_URL": "s3://evidence/a", "TIPLINE_KEYS_URL": "s3://evidence/b"},
        {"TIPLINE_STORE_URL": "file:/srv", "TIPLINE_DATA": "/srv"},
    ]
    for wrong in inside:
        with pytest.raises(SettingsError, match="TIPLINE_KEYS_URL"):
            settings_module.load(environment | wrong)
    settings_module.load(environment | {"TIPLINE_ENCRYPT": "0", **inside[2]})
    settings_module.load(
        environment | {"TIPLINE_STORE_URL": "s3://evidence/a", "TIPLINE_KEYS_URL": "s3://keys/a"}
    )
