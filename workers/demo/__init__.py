"""The demonstration: an invented district with tips, footage drawn by the program itself, and cases.

Everything goes the way a real report goes; only the time of each step is told instead of taken.
"""
