"""`migrate`: answers `--version` before anything is loaded, and hands everything else to the command line."""

from __future__ import annotations

import sys

from migrator import __version__


def main() -> int:
    """The exit code of what was typed."""
    if sys.argv[1:] == ["--version"]:
        print(f"migrate {__version__}")
        return 0
    import signal

    from migrator.cli.app import run

    code = run(sys.argv[1:])
    # All is told and the code stands: a Ctrl-C from here on must not turn it into another.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return code


if __name__ == "__main__":
    sys.exit(main())
