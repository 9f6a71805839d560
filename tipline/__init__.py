"""Tipline: an open tip line with evidence."""

__version__ = "0.1.0"
