"""`python -m tipline` is the same program as `tipline`."""

from tipline.cli import main

if __name__ == "__main__":
    main()
