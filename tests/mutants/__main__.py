"""`python -m tests.mutants`: every mutant and who caught it; exit 1 where one survived."""

from __future__ import annotations

import sys

from tests.mutants.driver import all_hunted


def main() -> int:
    """Print a line for each, and the sum."""
    hunted = []
    for caught in all_hunted():
        hunted.append(caught)
        if not caught.checkers:
            print(f"  SURVIVED  {caught.name} {caught.told}".rstrip(), flush=True)
        else:
            print(f"  {caught.name}: {', '.join(caught.checkers)} in {caught.hunts}: {caught.told[:120]}", flush=True)
    killed = sum(bool(each.checkers) for each in hunted)
    print(f"{killed} of {len(hunted)} mutants killed")
    return int(killed < len(hunted))


if __name__ == "__main__":
    sys.exit(main())
