"""Covers parts of pictures and films: finds faces, follows boxes, burns covers in. Runs behind the wall."""
