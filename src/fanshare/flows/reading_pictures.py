"""Starts tesseract as this very process, after bounding it: no file may be written, little time and memory be used.

It is run as a program: what it gets on its input goes to tesseract's, and the words come back on its output.
"""

import os
import resource
import sys

SECONDS = 20
_MEMORY = 1 << 30


def main(program: str) -> None:
    """Become tesseract."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.execv(program, [program, "stdin", "stdout"])  # noqa: S606 - the program that the operator installed


if __name__ == "__main__":
    main(sys.argv[1])
