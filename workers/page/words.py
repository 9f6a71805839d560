"""What the page says, as keys of the one catalogue of translations."""

from __future__ import annotations

from tipline.errors import N_

KIND = {"video": N_("Film"), "photo": N_("Photo"), "audio": N_("Sound"), "other": N_("File")}
REASON = {
    "first": N_("Beginning"),
    "scene": N_("Scene change"),
    "activity": N_("Movement"),
    "coverage": N_("Overview"),
}
PLAYABLE = {
    "original": N_("Browsers play the original"),
    "proxy": N_("Browsers need a copy"),
    "none": N_("Not in a browser"),
}
CREDENTIALS = {
    "intact": N_("Unchanged since it was signed; the signer was not verified."),
    "altered": N_("Does not match what was signed: changed afterwards, or only a part of it is here."),
    "unreadable": N_("Content credentials are there, but they cannot be read."),
    "remote_only": N_("Content credentials lie on another server; they were not fetched."),
}
# Steps of a look, as the terminal names them while they run.
STEP = {
    "first": N_("first look"),
    "suspects": N_("stretches with movement"),
    "clock": N_("camera clock"),
    "provenance": N_("how it came to be"),
    "span": N_("every frame"),
    "copy": N_("browser copy"),
}


def length(seconds: float, *, tenths: bool = False) -> str:
    """As players show it: 2:00, 1:02:03; with a tenth where it matters."""
    sign, rest = ("−" if seconds < 0 else ""), abs(seconds)
    whole = int(rest * 10 + 0.5) / 10 if tenths else int(rest + 0.5)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(int(minutes), 60)
    shown = f"{second:04.1f}" if tenths else f"{int(second):02d}"
    return f"{sign}{hours}:{minute:02d}:{shown}" if hours else f"{sign}{minute}:{shown}"
