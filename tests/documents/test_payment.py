"""The code that a banking application reads, against the example that NAPAS publishes."""
from __future__ import annotations

from documents.payment import payment_code, sealed

ACCOUNT = {"bin": "970403", "account": "0011012345678"}
PUBLISHED = (
    "00020101021238570010A00000072701270006970403011300110123456780208QRIBFTTA530370454061800005802VN"
    "62340107NPS68690819thanh toan don hang6304"
)


def test_the_checksum_is_that_of_the_published_example() -> None:
    assert sealed(PUBLISHED.removesuffix("6304")) == f"{PUBLISHED}2E2E"


def test_account_and_amount_stand_as_in_the_published_example() -> None:
    made = payment_code(ACCOUNT, 180_000, "HS 7K2M9QX4B1CD")
    assert made.startswith(PUBLISHED.partition("6234")[0] + "62190815HS 7K2M9QX4B1CD6304")


def test_the_purpose_is_plain_and_short_enough_for_every_bank() -> None:
    made = payment_code(ACCOUNT, 1, "Nộp lệ phí Đường số 12, phường Bến Lam")
    assert "0825Nop le phi Duong so 12 ph6304" in made
