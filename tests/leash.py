"""Run a command that dies with its parent: python leash.py [--user NAME] COMMAND ...

A killed test run must not leave a database server behind; and PostgreSQL refuses to run as root.
"""
from __future__ import annotations

import ctypes
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG = 1


def drop_to(name: str) -> None:
    """Become the user `name`, its group and nothing else."""
    person = pwd.getpwnam(name)
    os.setgroups([])
    os.setgid(person.pw_gid)
    os.setuid(person.pw_uid)


def main(arguments: list[str]) -> None:
    parent = os.getppid()
    if arguments[0] == "--user":
        drop_to(arguments[1])
        arguments = arguments[2:]
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # the background of a shell ignores it
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != parent:
        sys.exit(1)
    os.execvp(arguments[0], arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
