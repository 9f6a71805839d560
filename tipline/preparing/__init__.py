"""What makes a bare machine ready for Tipline, one subject a file.

Runs under the machine's own Python before anything is installed: standard library only, and nothing else
of ours. `tipline/bootstrap.py` calls these in order.
"""
