"""How an officer likes the desk: look, what happens after a decision, and which key does what.

It concerns nobody else, so it stands in no log. What is kept and no longer understood counts as not chosen.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from tipline.db import Transaction
from tipline.domain.accounts import Account
from tipline.errors import TiplineError

THEMES = ("system", "light", "dark")
DENSITIES = ("comfortable", "compact")
# A key that may be chosen: one sign without Shift, or a name of the keyboard's.
KEY = re.compile(r"[a-z0-9,.;'\[\]\\/=`-]|Space|Arrow(Left|Right|Up|Down)|F[2-9]|F1[0-2]")


@dataclass(frozen=True)
class Preferences:
    """`keys` holds only what differs from the table of keys: what a key does → the key."""

    theme: str = "system"
    density: str = "comfortable"
    advance: bool = False  # after a decision the next tip opens
    keys_off: bool = False
    keys: dict[str, str] = field(default_factory=dict)


def of(account: Account | None) -> Preferences:
    """What was chosen; the rest as it comes."""
    try:
        kept = json.loads(account.preferences) if account else {}
    except ValueError:
        kept = {}
    return _understood(kept if isinstance(kept, dict) else {})


def choose(tx: Transaction, account: Account, **chosen: Any) -> Preferences:
    """Keep what was chosen beside what was chosen before; raises preference:unknown."""
    row = tx.get_one(Account, account.id)
    wanted = asdict(of(row)) | chosen
    understood = _understood(wanted)
    wrong = [name for name, value in chosen.items() if asdict(understood)[name] != value]
    if wrong:
        raise TiplineError("preference:unknown", fields=dict.fromkeys(wrong, "preference:unknown"))
    row.preferences = json.dumps(asdict(understood), ensure_ascii=False, sort_keys=True)
    return understood


def _understood(kept: dict[str, Any]) -> Preferences:
    fits = {
        "theme": lambda value: value in THEMES,
        "density": lambda value: value in DENSITIES,
        "advance": lambda value: isinstance(value, bool),
        "keys_off": lambda value: isinstance(value, bool),
        "keys": _are_keys,
    }
    return Preferences(
        **{
            one.name: kept[one.name]
            for one in fields(Preferences)
            if one.name in kept and fits[one.name](kept[one.name])
        }
    )


def _are_keys(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(name, str) and len(name) <= 20 and isinstance(key, str) and KEY.fullmatch(key)
        for name, key in value.items()
    )
