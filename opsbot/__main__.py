"""`python -m opsbot`, and the program `opsbot`."""

import signal
import sys


def main() -> None:
    """Run the command line.

    A SIGHUP doesn't end `serve` while it is loaded, from here on: the configuration that it asks for hasn't been read yet.
    """
    if sys.argv[1:2] == ["serve"]:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    from opsbot.cli import main as run  # noqa: PLC0415 - a tenth of a second, in which signals come

    run()


if __name__ == "__main__":
    main()
