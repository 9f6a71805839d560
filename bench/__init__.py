"""Side-by-side measurements: ours and others', in one run, on invented data. See `python -m bench`."""
