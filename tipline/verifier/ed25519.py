"""Whether an Ed25519 signature fits (RFC 8032, 5.1.7), in plain Python: slow, and nothing to install."""

from __future__ import annotations

import hashlib

FIELD = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, FIELD - 2, FIELD) % FIELD
ROOT_OF_MINUS_ONE = pow(2, (FIELD - 1) // 4, FIELD)
# Points are X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z.
NEUTRAL = (0, 1, 1, 0)


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Strict: one form of every number, nothing but 32 and 64 bytes."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, commitment = decode_point(public), decode_point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or scalar >= ORDER:
        return False
    if is_equal(multiply(8, key), NEUTRAL):
        return False  # of small order: to such a key every text is signed
    hashed = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(hashed, "little") % ORDER
    return is_equal(multiply(scalar, BASE), add_points(commitment, multiply(challenge, key)))


def decode_point(encoded: bytes) -> tuple[int, int, int, int] | None:
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= FIELD:
        return None
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % FIELD)


def recover_x(y: int, sign: int) -> int | None:
    squared = (y * y - 1) * pow(D * y * y + 1, FIELD - 2, FIELD) % FIELD
    if squared == 0:
        return None if sign else 0
    x = pow(squared, (FIELD + 3) // 8, FIELD)
    if (x * x - squared) % FIELD:
        x = x * ROOT_OF_MINUS_ONE % FIELD
    if (x * x - squared) % FIELD:
        return None
    return x if x & 1 == sign else FIELD - x


def add_points(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    a = (one[1] - one[0]) * (other[1] - other[0]) % FIELD
    b = (one[1] + one[0]) * (other[1] + other[0]) % FIELD
    c = 2 * one[3] * other[3] * D % FIELD
    d = 2 * one[2] * other[2] % FIELD
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % FIELD, g * h % FIELD, f * g % FIELD, e * h % FIELD


def multiply(scalar: int, point: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    found = NEUTRAL
    while scalar:
        if scalar & 1:
            found = add_points(found, point)
        point = add_points(point, point)
        scalar >>= 1
    return found


def is_equal(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return (one[0] * other[2] - other[0] * one[2]) % FIELD == 0 and (
        one[1] * other[2] - other[1] * one[2]
    ) % FIELD == 0


BASE_Y = 4 * pow(5, FIELD - 2, FIELD) % FIELD
BASE_X = recover_x(BASE_Y, 0) or 0
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % FIELD)
