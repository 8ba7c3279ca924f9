"""`python -m opsbot`, and the program `opsbot`."""

import os
import signal
import sys

_FIRST_PROCESS = 1


def main() -> None:
    """Run the command line.

    A SIGHUP doesn't end `serve` while it is loaded, from here on: the configuration that it asks for hasn't been read yet.
    A SIGTERM ends whatever it is, also as the first process of a container, which the kernel spares unless it listens.
    """
    if sys.argv[1:2] == ["serve"]:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if os.getpid() == _FIRST_PROCESS:
        signal.signal(signal.SIGTERM, lambda number, _: os._exit(128 + number))

    from opsbot.cli import main as run  # noqa: PLC0415 - a tenth of a second, in which signals come

    run()


if __name__ == "__main__":
    main()
