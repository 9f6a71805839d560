"""Where things of a checkout stand. Knows names only, touches nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """Paths that the steps share, all below the checkout."""

    root: Path

    @property
    def venv(self) -> Path:
        """The Python environment of this checkout."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.venv / "bin" / "python"

    @property
    def static(self) -> Path:
        """Sources of the front end."""
        return self.root / "tipline" / "static"

    @property
    def node_modules(self) -> Path:
        """Where npm puts front-end parts."""
        return self.root / "node_modules"

    def stamp(self, name: str) -> Path:
        """Stamp of a step that lives and dies with the Python environment."""
        return self.venv / "stamps" / name

    def lock(self, name: str = "") -> Path:
        """`requirements.lock`, or `requirements-NAME.lock`."""
        return self.root / (f"requirements-{name}.lock" if name else "requirements.lock")
