"""The commands of `tipline`, one noun a file. Each reads, calls, prints one answer, and exits."""
