"""How to get the original out of a recorder: a page to read on the phone beside it, or to print.

Menus differ between models and years, so each step says what to look for and not which button is third.
Names of brands are the owners'; the steps are our own words.
"""

# ruff: noqa: E501 - one step a line, however long its sentence is
from __future__ import annotations

from typing import NamedTuple

from flask.typing import ResponseReturnValue

from tipline.errors import N_
from tipline.web import guard
from tipline.web.intake import blueprint, pages

ADDRESS = "/help/export"


class Way(NamedTuple):
    """One way to the footage: at the recorder, in an app, from a card."""

    title: str
    steps: tuple[str, ...]


class Brand(NamedTuple):
    """`key` is the fragment of the address; `name` a sentence of the catalogue."""

    key: str
    name: str
    ways: tuple[Way, ...]


_AT_THE_RECORDER = N_("At the recorder, with a USB stick")
_IN_THE_APP = N_("In the app")
_FROM_THE_CARD = N_("From the memory card")
_STICK = N_("Put a USB stick (FAT32, some GB free) into the recorder and right-click on its screen.")
_WINDOW = N_("Choose the camera and the time: from 5 minutes before to 5 minutes after. Search.")
_STORED = N_("Wait until the app says that it is done, then save the film to the phone's album.")
_SEND = N_("Choose that film on your tip's page. Do not send it through a chat first.")
_STICK_HOME = N_(
    "Put the stick into a computer or phone and choose every film of it on your tip's page. Leave out the player (.exe): programs are not taken."
)

BRANDS = (
    Brand("hikvision", N_("Hikvision and EZVIZ"), (
        Way(_AT_THE_RECORDER, (
            _STICK,
            N_("Main menu › Export (in older ones: Main menu › Video export, or File management)."),
            _WINDOW,
            N_("Tick the films, press Export, choose the USB stick. If it asks for a format, keep the one it offers."),
            _STICK_HOME,
        )),
        Way(_IN_THE_APP, (
            N_("Open the camera in Hik-Connect or EZVIZ and choose Playback."),
            N_("Go to the time, choose Download or the scissors; prefer the original quality."),
            _STORED, _SEND,
        )),
    )),
    Brand("dahua", N_("Dahua and Imou"), (
        Way(_AT_THE_RECORDER, (
            _STICK,
            N_("Main menu › Backup (or Playback, then mark a stretch and press Backup)."),
            _WINDOW,
            N_("Choose DAV as the format, not MP4 or ASF: DAV keeps the recorder's clock. Press Start."),
            _STICK_HOME,
        )),
        Way(_IN_THE_APP, (
            N_("Open the camera in Imou or DMSS and choose Playback (recordings of the device, not only alarms)."),
            N_("Go to the time, choose Cut or Download, in HD."),
            _STORED, _SEND,
        )),
    )),
    Brand("tplink", N_("TP-Link"), (
        Way(_AT_THE_RECORDER, (
            _STICK, N_("Main menu › Backup › Recording backup."), _WINDOW,
            N_("Tick the films and press Backup."), _STICK_HOME,
        )),
        Way(_IN_THE_APP, (
            N_("Open the camera in the TP-LINK IoT or Tapo app and choose Playback."),
            N_("Go to the time, choose Download and mark the stretch."),
            _STORED, _SEND,
        )),
    )),
    Brand("xiaomi", N_("Xiaomi Mi Home"), (
        Way(_IN_THE_APP, (
            N_("Open the camera in Mi Home and choose Playback; recordings of the card have their own list."),
            N_("Mark the minutes and choose Save or Download."),
            _STORED, _SEND,
        )),
        Way(_FROM_THE_CARD, (
            N_("Switch the camera off, take out the card, put it into a computer or a card reader."),
            N_("Open the folder MIJIA_RECORD_VIDEO: a folder for each hour, a file for each minute."),
            N_("Copy the files of these minutes as they are; do not rename or join them. Their names hold the time."),
            N_("Choose them on your tip's page, then put the card back."),
        )),
    )),
    Brand("q360", N_("360 cameras"), (
        Way(_IN_THE_APP, (
            N_("Open the camera in the 360 camera app and choose Look back."),
            N_("Go to the time and choose Download or Cut, in the best quality there is."),
            _STORED, _SEND,
        )),
        Way(_FROM_THE_CARD, (
            N_("Switch the camera off, take out the card, put it into a computer or a card reader."),
            N_("Copy the files of that hour as they are, and choose them on your tip's page."),
        )),
    )),
    Brand("uniview", N_("Uniview"), (
        Way(_AT_THE_RECORDER, (
            _STICK, N_("Main menu › Backup › Recording."), _WINDOW,
            N_("Tick the films, press Backup and choose the USB stick."), _STICK_HOME,
        )),
        Way(_IN_THE_APP, (
            N_("Open the camera in EZView or the Uniview app and choose Playback."),
            N_("Go to the time, choose Download and mark the stretch."),
            _STORED, _SEND,
        )),
    )),
    Brand("other", N_("Another brand, or you do not know"), (
        Way(_AT_THE_RECORDER, (
            _STICK,
            N_("Look in the menu for Backup, Export or Save. It often stands under Playback or Search."),
            _WINDOW,
            N_("Keep the recorder's own format. If it offers to add a player, keep that on the stick."),
            _STICK_HOME,
        )),
        Way(N_("If you cannot get on"), (
            N_("Call whoever put the cameras up; it takes them minutes."),
            N_("Or write to the officer on your tip's page: they can come with a stick."),
            N_("Meanwhile see to it that the recorder does not write over the footage: it does so after some days."),
        )),
    )),
)  # fmt: skip


@blueprint.get(ADDRESS)
@guard.public
def show_export() -> ResponseReturnValue:
    return pages.render("export", brands=BRANDS)
