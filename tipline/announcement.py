"""What the terminal shows once everything is ready: where to go, and how to get in the first time."""

from __future__ import annotations

import socket

from tipline.errors import N_
from tipline.i18n import say
from tipline.settings import Settings

READY = N_("Tipline is ready.")
REPORT_PAGE = N_("Report a tip")
DESK = N_("Desk for investigators")
FROM_NETWORK = N_("From other devices in this network")
LOCAL_ONLY = N_(
    "Only this machine can open these pages. For phones in your network: TIPLINE_HOST=0.0.0.0 make run"
)
FIRST_ADMIN = N_(
    "Nobody can sign in yet. Make the first administrator; the command asks for nothing but the password:"
)
NO_SANDBOX = N_(
    "Files are received and kept, but not examined: on this machine the sandbox that opens them does not "
    "hold (%(holes)s). Run .venv/bin/tipline doctor; what waits is examined as soon as it holds."
)
STOP = N_("Ctrl-C stops everything.")
LOGS = N_("Logs")
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound


def ready(
    settings: Settings,
    *,
    needs_admin: bool,
    network_address: str | None = None,
    holes: list[str] | None = None,
) -> str:
    """The block, in the station's language."""
    locale = settings.locale
    lines = ["", say(locale, READY), ""]
    lines += _addresses(locale, settings.base_url)
    if settings.host in EVERYWHERE and network_address:
        lines += ["", f"  {say(locale, FROM_NETWORK)}:"]
        lines += _addresses(locale, f"http://{network_address}:{settings.port}")
    elif settings.host in ("127.0.0.1", "localhost", "::1") and not settings.public_url:
        lines += ["", f"  {say(locale, LOCAL_ONLY)}"]
    if needs_admin:
        command = 'read -rs P; echo "$P" | .venv/bin/tipline user add NAME --role admin --password-stdin'
        lines += ["", f"  {say(locale, FIRST_ADMIN)}", f"    {command}"]
    if holes:
        lines += ["", f"  {say(locale, NO_SANDBOX, holes=', '.join(holes))}"]
    lines += ["", f"  {say(locale, LOGS)}: {settings.data / 'logs'}", f"  {say(locale, STOP)}", ""]
    return "\n".join(lines)


def find_network_address() -> str | None:
    """This machine's address towards the network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # An address set aside for documentation: connecting a datagram socket only picks a route.
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


def _addresses(locale: str, base: str) -> list[str]:
    return [f"  {say(locale, REPORT_PAGE)}:  {base}/", f"  {say(locale, DESK)}:  {base}/desk"]
