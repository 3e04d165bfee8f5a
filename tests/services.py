"""Real services for the tests: given by address, else started privately from what is installed, else by apt.

Nothing here uses a mock or the machine's own clusters: every server has its own folder and port and ends
with the test run.
"""
from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis as redis_client

LEASH = [sys.executable, str(Path(__file__).with_name("leash.py"))]
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}


class Missing(Exception):
    """A service is neither given, installed nor installable; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running service: its address, and how to end it."""

    url: str
    stop: Callable[[], None]


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_until(ready: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Ask `ready` every 50 ms; raises TimeoutError naming `what`."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not come up within {seconds} s")
        time.sleep(0.05)


def stop(process: subprocess.Popen[bytes], sign: int = signal.SIGINT, seconds: float = 15) -> None:
    """Ask the process and its group to end, then end it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, sign)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(5)


# --- what is installed ------------------------------------------------------------------------------------------


def apt_install(*packages: str) -> bool:
    """Install Debian packages when we may; returns whether that worked."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wait = ["-o", "DPkg::Lock::Timeout=300"]
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", *wait, "-qq", *command], env=environment, capture_output=True, check=False)
        if done.returncode and command[0] == "install":
            return False
    return True


def found_or_installed(find: Callable[[], Path | None], name: str, packages: tuple[str, ...], hint: str) -> Path:
    """Return the program, installing it if need be; raises Missing with `hint`."""
    found = find()
    if found is None and apt_install(*packages):
        found = find()
    if found is None:
        raise Missing(f"{name}: {hint}")
    return found


def on_path(*names: str) -> Callable[[], Path | None]:
    """Return a finder of the first of `names` on PATH that answers --version (Ubuntu ships stubs that do not)."""

    def find() -> Path | None:
        for name in names:
            program = shutil.which(name)
            if program and subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0:
                return Path(program)
        return None

    return find


def postgres_programs() -> Path | None:
    """Return the folder of initdb and postgres: from PATH, else the newest under /usr/lib/postgresql."""
    initdb = shutil.which("initdb")
    places = [Path(initdb).resolve().parent] if initdb else []
    versions = [p for p in Path("/usr/lib/postgresql").glob("*/bin") if p.parent.name.isdigit()]
    places += sorted(versions, key=lambda place: int(place.parent.name), reverse=True)
    return next((place for place in places if (place / "postgres").exists() and (place / "initdb").exists()), None)


# --- PostgreSQL and Redis ---------------------------------------------------------------------------------------


def given_postgres() -> str:
    """Return the address of a PostgreSQL given by the environment, or nothing."""
    urls = (os.environ.get(name, "") for name in ("TEST_DATABASE_URL", "DATABASE_URL"))
    return next((url for url in urls if url.startswith(("postgres:", "postgresql:"))), "")


def postgres() -> Server:
    """Return a PostgreSQL server that may be filled and emptied. Raises Missing."""
    url = given_postgres()
    if url:
        return Server(url, lambda: None)
    hint = "set DATABASE_URL, or install it (apt-get install postgresql)"
    return private_postgres(found_or_installed(postgres_programs, "PostgreSQL", ("postgresql",), hint))


def private_postgres(programs: Path) -> Server:
    """Make a cluster in a temporary folder and start it on a free port, as another user when we are root."""
    folder = Path(tempfile.mkdtemp(prefix="hoso-pg-"))
    leash, port = list(LEASH), free_port()
    if os.geteuid() == 0:
        owner = next(p.pw_name for p in sorted(pwd.getpwall(), key=lambda p: p.pw_name != "postgres")
                     if p.pw_name in {"postgres", "nobody"})
        leash += ["--user", owner]
        shutil.chown(folder, owner)
    data = str(folder / "data")
    options = ["-A", "trust", "-U", "hoso", "-E", "UTF8", "--locale=C", "--no-sync", "-D", data]
    subprocess.run([*leash, str(programs / "initdb"), *options], check=True, capture_output=True, cwd=folder)
    # Durability across a power cut is not what these tests look at; crashes of our own processes need no fsync.
    settings = ["-c", "fsync=off", "-c", "max_connections=200", "-c", f"unix_socket_directories={folder}"]
    server = [*leash, str(programs / "postgres"), "-D", data, "-h", "127.0.0.1", "-p", str(port), *settings]
    process = subprocess.Popen(
        server, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, start_new_session=True
    )
    url = f"postgres://hoso@127.0.0.1:{port}/postgres"
    wait_until(lambda: postgres_answers(url), "PostgreSQL")

    def end() -> None:
        stop(process)
        shutil.rmtree(folder, ignore_errors=True)

    return Server(url, end)


def postgres_answers(url: str) -> bool:
    """Return whether the server takes a connection."""
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@contextlib.contextmanager
def postgres_database(server_url: str, name: str, template: str = "template0") -> Iterator[str]:
    """Make database `name` from `template`, yield its address, and drop it whoever is still connected."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
    try:
        yield f"{server_url.rpartition('/')[0]}/{name}"
    finally:
        # A private server that has ended already took its databases along.
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def redis() -> Server:
    """Return a Redis that may be flushed. Raises Missing."""
    url = os.environ.get("TEST_REDIS_URL") or os.environ.get("REDIS_URL", "")
    if url:
        return Server(url, lambda: None)
    hint = "set REDIS_URL, or install it (apt-get install redis-server)"
    program = found_or_installed(on_path("redis-server"), "Redis", ("redis-server",), hint)
    return private_redis(program)


def private_redis(program: Path, port: int = 0) -> Server:
    """Start a Redis that keeps nothing on disk."""
    folder, port = Path(tempfile.mkdtemp(prefix="hoso-redis-")), port or free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    process = subprocess.Popen(
        [*LEASH, str(program), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    url = f"redis://127.0.0.1:{port}/0"
    wait_until(lambda: redis_answers(url), "Redis")

    def end() -> None:
        stop(process, signal.SIGTERM)
        shutil.rmtree(folder, ignore_errors=True)

    return Server(url, end)


def redis_answers(url: str) -> bool:
    """Return whether the server answers PING."""
    with contextlib.closing(redis_client.Redis.from_url(url, socket_timeout=2)) as client:
        try:
            return bool(client.ping())
        except redis_client.ConnectionError:
            return False


# --- programs that only run -------------------------------------------------------------------------------------


def chromium() -> Path:
    """Return a Chromium: CHROMIUM, PATH, apt, or playwright's own download. Raises Missing."""
    given = os.environ.get("CHROMIUM", "")
    if given and Path(given).exists():
        return Path(given)
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    hint = "set CHROMIUM, or install it (apt-get install chromium; playwright install chromium)"
    try:
        return found_or_installed(on_path(*names), "Chromium", ("chromium", "fonts-liberation"), hint)
    except Missing:
        downloaded = playwright_chromium()
        if downloaded is None:
            raise
        return downloaded


def playwright_chromium() -> Path | None:
    """Return the browser that playwright keeps, downloading it if it can."""
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], capture_output=True, check=False)
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    found = sorted(cache.glob("chromium-*/chrome-linux*/chrome"))
    return found[-1] if found else None


def soffice() -> Path:
    """Return LibreOffice's command. Raises Missing."""
    hint = "install it (apt-get install libreoffice-writer-nogui poppler-utils fonts-liberation)"
    packages = ("libreoffice-writer-nogui", "poppler-utils", "fonts-liberation")
    return found_or_installed(on_path("soffice", "libreoffice"), "LibreOffice", packages, hint)


def pdf_tools() -> Path:
    """Return the folder of pdftotext and pdftoppm. Raises Missing."""
    found = found_or_installed(
        lambda: Path(shutil.which("pdftotext") or "") if shutil.which("pdftotext") else None,
        "poppler", ("poppler-utils",), "install it (apt-get install poppler-utils)",
    )
    return found.parent
