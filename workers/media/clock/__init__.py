"""The clock that a camera burns into its pictures: found, read, and believed only when readings agree."""
