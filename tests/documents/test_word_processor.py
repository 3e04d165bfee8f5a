"""LibreOffice opens what we make and prints it as it was meant."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cases.models import Blob
from documents.handlers import make_papers
from tests.documents.scene import ASK, Office

pytestmark = pytest.mark.office


def test_a_decision_prints_on_two_pages_with_its_number_and_signature(
    office: Office, soffice_path: str, pdf_tools: Path, tmp_path: Path
) -> None:
    make_papers([office.job("prepare", "approval_decision", office.ha)])
    make_papers([office.job("sign", "approval_decision", office.quang, ASK | {"signing_form": "tm"})])
    typed = {"number_approval_decision": "386/QĐ-UBND", "date_approval_decision": "2026-03-05"}
    made = make_papers([office.job("issue", "approval_decision", office.van, typed)])
    paper = tmp_path / "quyet-dinh.docx"
    paper.write_bytes(bytes(Blob.objects.get(sha256=made[0].sha256).body or b""))
    subprocess.run(
        [soffice_path, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf",
         "--outdir", str(tmp_path), str(paper)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    read = subprocess.run(
        [str(pdf_tools / "pdftotext"), "-layout", str(tmp_path / "quyet-dinh.pdf"), "-"],
        check=True,
        capture_output=True,
    )
    first, second, rest = read.stdout.decode().split("\f")
    assert "Số: 386/QĐ-UBND" in first
    assert "Tân Giang, ngày 05 tháng 3 năm 2026" in first
    assert first.split()[0] != "1"
    assert second.split()[0] == "2"
    assert "TM. ỦY BAN NHÂN DÂN" in second
    assert "Nguyễn Văn Quang" in second
    assert not rest
