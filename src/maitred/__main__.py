"""`python -m maitred`: the same as the command."""

from maitred.cli import main

if __name__ == "__main__":
    main()
