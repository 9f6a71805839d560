"""How people move through the drawn scenes: into the shop, through the room, past the bicycles."""

from __future__ import annotations

from typing import Any

Colour = tuple[int, int, int]
NAVY, GREY, RED, GREEN = (40, 44, 58), (96, 98, 102), (124, 54, 50), (58, 84, 66)


def walk(*path: tuple[float, float, float], coat: Colour = NAVY, **more: Any) -> dict[str, Any]:
    """Somebody whose feet are at (second, x, y)."""
    return {"path": path, "coat": coat, **more}


def to_the_till(start: float, coat: Colour = NAVY) -> list[dict[str, Any]]:
    """In by the door on the right, at the till for a moment, out faster than in."""
    s = start
    steps = (
        (s, 0.94, 0.72),
        (s + 2.5, 0.55, 0.8),
        (s + 3.2, 0.42, 0.78),
        (s + 5.6, 0.4, 0.78),
        (s + 7.2, 0.97, 0.74),
    )
    return [walk(*steps, coat=coat, cap=True)]


def in_the_room(start: float, coat: Colour = NAVY) -> list[dict[str, Any]]:
    """Two come in; the waitress is sent away, the other goes to the sideboard and leaves with a bag."""
    s = start
    waitress = ((s, 0.8, 0.68), (s + 1.6, 0.62, 0.72), (s + 3, 0.62, 0.72), (s + 4.4, 0.81, 0.68))
    guest = ((s + 0.6, 0.8, 0.68), (s + 2.2, 0.46, 0.72), (s + 4.2, 0.46, 0.72), (s + 5.2, 0.25, 0.7))
    leaves = ((s + 7.6, 0.23, 0.7), (s + 9.4, 0.82, 0.68))
    return [
        walk(*waitress, coat=RED, tall=0.55),
        walk(*guest, (s + 7.6, 0.23, 0.7), coat=coat, cap=True),
        walk(*leaves, coat=coat, cap=True, bag=True),
    ]


def down_the_corridor(start: float, coat: Colour = NAVY, *, bag: bool = False) -> list[dict[str, Any]]:
    """From the far end towards the camera and past it."""
    return [walk((start, 0.5, 0.44), (start + 5.5, 0.44, 1.0), coat=coat, cap=True, bag=bag)]


def by_the_bicycles(start: float, coat: Colour = GREY) -> list[dict[str, Any]]:
    """Along the pavement, a halt beside one bicycle, and on."""
    s = start
    steps = ((s, 0.0, 0.8), (s + 3, 0.56, 0.76), (s + 6.5, 0.57, 0.76), (s + 8.5, 0.99, 0.82))
    return [walk(*steps, coat=coat, tall=0.5)]


def passers_by(start: float) -> list[dict[str, Any]]:
    """Two people who do nothing but pass, in opposite directions."""
    return [
        walk((start, 0.0, 0.9), (start + 6, 0.99, 0.9), coat=GREEN, tall=0.5),
        walk((start + 2, 0.99, 0.78), (start + 8, 0.0, 0.78), coat=RED, tall=0.48),
    ]
