"""What a person reads once the product answers: where it is, who may sign in, what to try."""
from __future__ import annotations

from collections.abc import Iterator

from config.trial import CAST, PASSWORD, address_of

OPEN = "CẢNH BÁO: mọi máy trong mạng vào được bản thử này. / Everybody on the network can open this demo."
TOUR = (
    "1. lan: Hồ sơ → bản nháp → Nộp hồ sơ; nhận mã nộp. / send the draft, get its code",
    "2. minh: Việc cần làm → Tiếp nhận, in giấy tiếp nhận. / receive a case, print the receipt",
    "3. cong-an trả lời ý kiến; quang xem trước và ký; thu cấp số. / answer, preview and sign, number",
    "4. Không đăng nhập: Tra cứu; an: Lịch sử → Kiểm chứng. / track without an account; verify as the auditor",
)


def welcome(address: str, *, trial: bool, open_to_all: bool) -> str:
    """Return the words that `make run` ends its preparations with."""
    lines = ["", f"  Hoso: {address}/    (Ctrl-C để dừng / to stop)"]
    lines += [f"  {OPEN}"] if open_to_all else []
    return "\n".join([*lines, *(_trial_lines() if trial else ()), ""])


def _trial_lines() -> Iterator[str]:
    yield from ("", f"  Tài khoản thử, mật khẩu chung {PASSWORD} / demo accounts, one password for all:")
    yield from (f"    {address_of(name):<28} {vi} / {en}" for name, vi, en in CAST)
    yield from ("", "  Mười phút đầu tiên, đủ trong README.md / the first ten minutes, in full in README.md:")
    yield from (f"    {step}" for step in TOUR)
