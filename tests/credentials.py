"""Signs drawn photos with content credentials, so that the tests need no signed stock."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import c2pa  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

from tests import footage

SIGNER = "Drawn Cameras Ltd"
SOURCES = "http://cv.iptc.org/newscodes/digitalsourcetype"
MANIFEST = {
    "claim_generator_info": [{"name": "drawn camera", "version": "1.0"}],
    "title": "photo",
    "format": "image/jpeg",
    "assertions": [
        {
            "label": "c2pa.actions",
            "data": {
                "actions": [{"action": "c2pa.created", "digitalSourceType": f"{SOURCES}/digitalCapture"}]
            },
        }
    ],
}


def signed_photo(path: Path, *, elsewhere: str | None = None) -> Path:
    """A photo with its manifest inside, or only with an address where one is said to lie."""
    settings = c2pa.Settings.from_dict(
        {"verify": {"remote_manifest_fetch": False, "verify_after_sign": False}}
    )
    plain, out = io.BytesIO(), io.BytesIO()
    footage.background((320, 180)).save(plain, "JPEG", quality=85)
    plain.seek(0)
    with (
        c2pa.Context(settings=settings) as context,
        c2pa.Builder(json.dumps(MANIFEST), context=context) as builder,
    ):
        if elsewhere:
            builder.set_no_embed()
            builder.set_remote_url(elsewhere)
        builder.sign(_signer(), "image/jpeg", plain, out)
    path.write_bytes(out.getvalue())
    return path


def altered_photo(path: Path) -> Path:
    """The same with one byte of its picture changed after signing."""
    signed_photo(path)
    data = bytearray(path.read_bytes())
    data[-200] ^= 1
    path.write_bytes(data)
    with Image.open(path) as image:
        image.load()  # it can still be looked at
    return path


def _signer() -> c2pa.Signer:
    chain, key = _chain()
    return c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", chain, key, None))


@cache
def _chain() -> tuple[bytes, bytes]:
    """A certificate for signing, by an authority of our own that nobody trusts."""
    above, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("Drawn Root", above, "Drawn Root", above, is_authority=True)
    leaf = _certificate(SIGNER, own, "Drawn Root", above, is_authority=False)
    chain = leaf.public_bytes(serialization.Encoding.PEM) + root.public_bytes(serialization.Encoding.PEM)
    key = own.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return chain, key


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    by: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_usage(is_authority), critical=True)
    )
    if not is_authority:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=True
        )
    return builder.sign(by, hashes.SHA256())


def _name(words: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, words), x509.NameAttribute(NameOID.COMMON_NAME, words)]
    )


def _usage(is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_authority, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=is_authority, crl_sign=is_authority,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
