"""``python -m streams`` is the ``hedgewire`` command."""

from streams.cli import main

if __name__ == "__main__":
    main()
