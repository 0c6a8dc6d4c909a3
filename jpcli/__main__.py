"""`python -m jpcli` is the same program as the `jpcli` script."""

from jpcli.cli.entry import main

if __name__ == "__main__":
    main()
