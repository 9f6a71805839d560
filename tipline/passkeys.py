"""Passkeys (WebAuthn): what the browser is asked, and whether what it answers is right.

The domain keeps credentials and counts; this module alone knows how they are checked. Attestation is not
asked for: which maker's key somebody has is not our business.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any, NamedTuple

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

LONGEST = 16_000  # signs of an answer
TIMEOUT_MS = 120_000


class Site(NamedTuple):
    """Where the desk stands, as the browser knows it: a passkey opens this name and no other."""

    host: str
    origin: str


class Credential(NamedTuple):
    """A key that was made: all but the challenge is base64url."""

    credential: str
    public_key: str
    sign_count: int
    transports: str


class Refused(Exception):
    """The answer does not fit what was asked."""


def site(host: str, *, secure: bool) -> Site | None:
    """The site at this host (and port); None where browsers offer no passkeys: they need a name and HTTPS."""
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    try:
        ip_address(name.strip("[]"))
        return None
    except ValueError:
        pass
    is_local = name == "localhost" or name.endswith(".localhost")
    if not (secure or is_local):
        return None
    return Site(name, f"{'https' if secure else 'http'}://{host}")


def asked_to_make(
    where: Site, station: str, username: str, shown: str, user: bytes, challenge: bytes, have: Sequence[str]
) -> dict[str, Any]:
    """What the browser is told to make a key."""
    options = webauthn.generate_registration_options(
        rp_id=where.host,
        rp_name=station,
        user_name=username,
        user_id=user,
        user_display_name=shown,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in have],
    )
    return _as_json(options)


def made(where: Site, challenge: bytes, answer: str) -> Credential:
    """The key that the browser made; raises Refused."""
    try:
        found = webauthn.verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=where.host,
            expected_origin=where.origin,
        )
    except _FAULTS as fault:
        raise Refused from fault
    return Credential(
        bytes_to_base64url(found.credential_id),
        bytes_to_base64url(found.credential_public_key),
        found.sign_count,
        " ".join(_transports(answer)),
    )


def asked_to_show(where: Site, challenge: bytes, have: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What the browser is told to show one of these keys (credential, transports)."""
    known = {one.value for one in AuthenticatorTransport}
    options = webauthn.generate_authentication_options(
        rp_id=where.host,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        allow_credentials=[
            PublicKeyCredentialDescriptor(
                id=base64url_to_bytes(credential),
                transports=[AuthenticatorTransport(one) for one in transports.split() if one in known],
            )
            for credential, transports in have
        ],
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return _as_json(options)


def named(answer: str) -> str:
    """Which credential the browser shows; raises Refused."""
    name = _read(answer).get("id")
    if not isinstance(name, str):
        raise Refused
    return name


def shown(where: Site, challenge: bytes, answer: str, public_key: str) -> int:
    """The count that the key answers with; raises Refused. Whether it may be is the domain's to say."""
    try:
        return webauthn.verify_authentication_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=where.host,
            expected_origin=where.origin,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=0,
        ).new_sign_count
    except _FAULTS as fault:
        raise Refused from fault


# The library answers hostile bytes with its own faults and, deep inside, with those of its parts.
_FAULTS = (WebAuthnException, ValueError, KeyError, TypeError, IndexError, AttributeError)


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST:
        raise Refused
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError) as fault:
        raise Refused from fault
    if not isinstance(found, dict):
        raise Refused
    return found


def _transports(answer: str) -> list[str]:
    """How the browser says it reached the key: a hint for next time, of the words that are known."""
    response = _read(answer).get("response")
    told = response.get("transports") if isinstance(response, dict) else None
    known = {one.value for one in AuthenticatorTransport}
    return (
        [one for one in told if isinstance(one, str) and one in known][:6] if isinstance(told, list) else []
    )


def _as_json(options: Any) -> dict[str, Any]:
    shape: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return shape
