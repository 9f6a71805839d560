"""The commands of `tipline`, one noun a file. A command reads, calls, prints one answer, and exits with its code."""
