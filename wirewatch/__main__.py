"""`python -m wirewatch` is the command `wirewatch`."""

from wirewatch.cli import main

if __name__ == "__main__":
    main()
