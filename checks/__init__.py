"""Holds the code against lists of what must not stand in it: `make check`."""
