"""The port to a virus scanner: clamd's INSTREAM over TCP or a Unix socket. Whatever is not a clear OK refuses."""
from __future__ import annotations

import socket
import struct
import time
from enum import Enum
from pathlib import Path

from django.conf import settings

SECONDS = 30.0
CHUNK = 64 * 1024
LONGEST_ANSWER = 4096


class Finding(Enum):
    """What the scanner said, or that it said nothing that could be understood."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNKNOWN = "unknown"


def scan(path: Path) -> Finding:
    """Return what the office's scanner says of a file; CLEAN when the office has none (CLAMD_ADDRESS is empty)."""
    address: str = settings.CLAMD_ADDRESS
    if not address:
        return Finding.CLEAN
    try:
        return _read(_asked(address, path))
    except (OSError, ValueError):  # refused, timed out, broken off in the middle; an address without a port
        return Finding.UNKNOWN


def _read(answer: bytes) -> Finding:
    said = answer.rstrip(b"\0\r\n ")
    if said.endswith(b" FOUND"):
        return Finding.INFECTED
    return Finding.CLEAN if said == b"stream: OK" else Finding.UNKNOWN


def _asked(address: str, path: Path) -> bytes:
    until = time.monotonic() + SECONDS
    with _connected(address) as line, path.open("rb") as file:
        line.sendall(b"zINSTREAM\0")
        while chunk := file.read(CHUNK):
            _hurry(line, until)
            line.sendall(struct.pack("!I", len(chunk)) + chunk)
        line.sendall(struct.pack("!I", 0))
        return _answer(line, until)


def _answer(line: socket.socket, until: float) -> bytes:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
        _hurry(line, until)
        more = line.recv(LONGEST_ANSWER)
        if not more:
            break
        answer += more
    return answer


def _connected(address: str) -> socket.socket:
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(SECONDS)
        try:
            line.connect(address)
        except OSError:
            line.close()
            raise
        return line
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS)


def _hurry(line: socket.socket, until: float) -> None:
    """A scanner that answers a byte a second must not hold the person for an hour."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    line.settimeout(left)
