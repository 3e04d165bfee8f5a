"""Make the virtual environment and start the product; standard library only.

    bootstrap.py run        the product with its demo (requirements/base.txt)
    bootstrap.py base|dev   only the environment: for an office, for tests

Environment: VENV (.venv), HOST (127.0.0.1), PORT (8000), VAR_DIR (var).
What stands in the way is said in one line, exit 2.
"""
from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("VENV") or ROOT / ".venv").absolute()
HOST = os.environ.get("HOST") or "127.0.0.1"
PORT = os.environ.get("PORT") or "8000"


def say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def give_up(line: str) -> NoReturn:
    say(line)
    sys.exit(2)


def check_python() -> None:
    """Stop unless this is Python 3.11, 3.12 or 3.13."""
    if not (3, 11) <= sys.version_info[:2] < (3, 14):
        give_up(f"Cần Python 3.11–3.13, đây là {platform.python_version()}. / Hoso needs Python 3.11–3.13.")


def check_port() -> None:
    """Stop when HOST:PORT cannot be listened on."""
    if not PORT.isdigit() or not 0 < int(PORT) < 65536:
        give_up(f"PORT phải là số từ 1 đến 65535, không phải {PORT!r}. / PORT must be a number from 1 to 65535.")
    try:
        family = socket.getaddrinfo(HOST, int(PORT), type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, int(PORT)))
    except OSError as fault:
        give_up(
            f"Không mở được {HOST}:{PORT} ({fault.strerror}); hãy đặt PORT khác, ví dụ: make run PORT=8080. /"
            " Cannot listen there; choose another PORT."
        )


def check_var_dir() -> None:
    """Stop when VAR_DIR cannot be written."""
    folder = Path(os.environ.get("VAR_DIR") or ROOT / "var").absolute()
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as fault:
        give_up(
            f"Không ghi được vào {folder} ({fault.strerror}); hãy đặt VAR_DIR, ví dụ: make run VAR_DIR=~/hoso. /"
            " Cannot write there; choose another VAR_DIR."
        )


def venv_python() -> Path:
    return VENV / "bin" / "python"


def works(python: Path) -> bool:
    """Return whether the environment's interpreter still runs (it may have been moved or upgraded away)."""
    try:
        return subprocess.run([str(python), "-c", "import encodings"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def get_ensurepip() -> None:
    """As root on Debian or Ubuntu install python3-venv; otherwise stop with the one line that helps."""
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"Đang cài {package} … / installing {package}")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", package]):
            subprocess.run(["apt-get", *command], env=environment, stdout=subprocess.DEVNULL, check=False)
        importlib.invalidate_caches()
    if importlib.util.find_spec("ensurepip") is None:
        give_up(f"Thiếu ensurepip, hãy chạy: sudo apt-get install {package} / ensurepip is missing, run that line.")


def make_venv() -> None:
    """Make the environment unless a working one is there."""
    if works(venv_python()):
        return
    say(f"Tạo môi trường {VENV} … / making the environment")
    uv = shutil.which("uv")
    if uv and importlib.util.find_spec("ensurepip") is None:
        done = subprocess.run([uv, "venv", "-q", "--clear", "--python", sys.executable, str(VENV)], check=False)
        if done.returncode == 0:
            return
    if importlib.util.find_spec("ensurepip") is None:
        get_ensurepip()
    # Another process, because what apt just installed is not seen by this one's import machinery.
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode:
        give_up(f"Không tạo được {VENV}; hãy xem lỗi ở trên. / The environment could not be made; see above.")


def stamp_of(requirements: Path) -> Path:
    """Return the file whose presence says that exactly these requirements are installed."""
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]
    return VENV / f".hoso-{requirements.stem}-{digest}"


def install(name: str) -> None:
    """Install requirements/<name>.txt, every file checked against its hash; nothing to do when the stamp is there."""
    requirements = ROOT / "requirements" / f"{name}.txt"
    stamp = stamp_of(requirements)
    # dev.txt holds all of base.txt: an environment for tests runs the product too.
    if stamp.exists() or (name == "base" and stamp_of(requirements.with_name("dev.txt")).exists()):
        return
    say("Cài các gói đã ghim mã băm … / installing hash-pinned packages")
    if not any(install_with(tool, requirements) for tool in (uv_command, pip_command)):
        give_up("Không cài được các gói; hãy xem lỗi ở trên và kiểm tra mạng. / Packages not installed; see above.")
    for old in VENV.glob(f".hoso-{name}-*"):
        old.unlink()
    stamp.touch()


def uv_command() -> list[str]:
    """Return uv's install command: seconds instead of a minute; [] without uv."""
    uv = shutil.which("uv")
    return [uv, "pip", "install", "-q", "--python", str(venv_python())] if uv else []


def pip_command() -> list[str]:
    """Return pip's install command, giving the environment a pip first if uv made it."""
    pip = [str(venv_python()), "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode:
        subprocess.run([str(venv_python()), "-m", "ensurepip"], capture_output=True, check=False)
    return [*pip, "install", "-q", "--disable-pip-version-check", "--no-input"]


def install_with(tool: Callable[[], list[str]], requirements: Path) -> bool:
    """Run one installer; uv is quiet when it fails, because pip comes after it."""
    command = tool()
    if not command:
        return False
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    output = subprocess.DEVNULL if tool is uv_command else None
    full = [*command, "--require-hashes", "-r", str(requirements)]
    return subprocess.run(full, env=environment, stderr=output, check=False).returncode == 0


def main(task: str) -> None:
    check_python()
    if task == "run":
        check_port()
        check_var_dir()
    make_venv()
    install("dev" if task == "dev" else "base")
    if task == "run":
        os.chdir(ROOT)
        os.execv(venv_python(), [str(venv_python()), "manage.py", "serve", "--host", HOST, "--port", PORT])


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in {"run", "base", "dev"}:
        give_up(f"{__doc__}")
    main(sys.argv[1])
