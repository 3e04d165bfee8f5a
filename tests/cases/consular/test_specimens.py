"""A paper beside the specimen of its signer and seal: pictures kept at the registry, looked at in the case."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from cases.models import EntryPicture, Event, TableRow, ViewLog
from tests.cases.consular.desk import GOLDEN, PROCEDURE, scenario, until
from tests.cases.pages.conftest import field
from tests.procedures.runner import Walk, person, walked
from workflows.scenarios import Action

pytestmark = pytest.mark.usefixtures("at_consular_desk")


@pytest.fixture
def comparing(monkeypatch: pytest.MonkeyPatch) -> Walk:
    """A paper waits to be compared; Nga is the specialist."""
    walk = until("assign")
    monkeypatch.setenv("HOSO_CLOCK", walk.now.isoformat())
    return walk


def signed_in(who: str) -> Client:
    client = Client()
    client.force_login(person(who))
    return client


@pytest.fixture
def nga() -> Client:
    return signed_in("nga")


def picture(name: str = "mẫu dấu.png") -> SimpleUploadedFile:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(made, "PNG")
    return SimpleUploadedFile(name, made.getvalue())


def entry(key: str = "so-cong-thuong") -> str:
    pk = TableRow.objects.filter(table="paper_specimens", key=key).values_list("pk", flat=True).first()
    return f"/registries/paper_specimens/row/{pk}/"


def step(walk: Walk, client: Client) -> str:
    return str(client.get(f"/cases/{walk.case.code}/parts/paper-1/do/match/").content.decode())


def test_nga_sees_the_specimen_beside_the_paper_and_each_look_is_recorded(comparing: Walk, nga: Client) -> None:
    assert nga.post(f"{entry()}pictures/", {"file": picture()}).status_code == 302
    assert "mẫu dấu.png" in nga.get(entry()).content.decode()

    page = step(comparing, nga)

    assert 'data-fits="yes"' in page
    assert "Sở Công Thương – Lưu Thị Thoa" in page
    (address,) = set(re.findall(r'src="(/cases/[^"]+/specimens/[^"]+)"', page))
    shown = nga.get(address)
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/png")
    assert shown.getvalue().startswith(b"\x89PNG")
    look = ViewLog.objects.get(case=comparing.case, what__startswith="specimen:paper_specimens:so-cong-thuong")
    assert (look.person, look.purpose) == (str(person("nga").pk), "Đối chiếu giấy tờ của hồ sơ với mẫu")


def test_the_specimen_is_shown_to_who_compares_and_to_nobody_else(comparing: Walk, nga: Client) -> None:
    nga.post(f"{entry()}pictures/", {"file": picture()})
    address = f"/cases/{comparing.case.code}/specimens/{EntryPicture.objects.get().pk}/"

    for who in ("minh", "tam", "lan", "van"):
        assert signed_in(who).get(address).status_code == 404, who
    assert not ViewLog.objects.filter(what__startswith="specimen:").exists()
    assert signed_in("minh").post(f"{entry()}pictures/", {"file": picture()}).status_code == 404


def test_a_picture_of_another_body_is_not_shown_in_this_case(comparing: Walk, nga: Client) -> None:
    nga.post(f"{entry('dai-hoc-lam-giang')}pictures/", {"file": picture()})

    address = f"/cases/{comparing.case.code}/specimens/{EntryPicture.objects.get().pk}/"

    assert nga.get(address).status_code == 404


def test_without_a_specimen_the_page_says_so(comparing: Walk, nga: Client) -> None:
    TableRow.objects.filter(table="paper_specimens", key="so-cong-thuong").delete()

    assert "data-no-specimen" in step(comparing, nga)


def test_a_specimen_of_another_signer_of_the_body_is_told_as_different(comparing: Walk, nga: Client) -> None:
    row = TableRow.objects.get(table="paper_specimens", key="so-cong-thuong")
    row.columns = {**row.columns, "signer_name": "Phan Văn Sơn"}
    row.save()

    page = step(comparing, nga)

    assert 'data-fits="no"' in page
    assert "Mẫu này chưa có ảnh." in page


def test_what_is_no_picture_is_refused_in_words_and_one_set_aside_is_gone(comparing: Walk, nga: Client) -> None:
    wrong = nga.post(f"{entry()}pictures/", {"file": SimpleUploadedFile("mẫu.pdf", b"%PDF-1.4")}, follow=True)
    assert not EntryPicture.objects.exists()
    assert "banner" in wrong.content.decode()
    nga.post(f"{entry()}pictures/", {"file": picture()})

    nga.post(f"{entry()}pictures/", {"_remove": str(EntryPicture.objects.get().pk)})

    assert "/specimens/" not in step(comparing, nga)
    kept = EntryPicture.objects.get()
    assert kept.removed_by == person("nga")


def test_in_one_form_for_several_papers_each_has_its_link_to_paper_and_specimen(
    monkeypatch: pytest.MonkeyPatch, nga: Client
) -> None:
    found = scenario(GOLDEN)
    (paper,) = found.given.dossier["papers"]
    given = found.given.model_copy(
        update={"dossier": {**found.given.dossier, "papers": [paper, {**paper, "row_no": 2}]}, "standing": []}
    )
    steps = [Action(do="submit"), *(Action(do="record_original", part=f"original-{n}") for n in (1, 2)),
             Action(do="ask_fee"), Action(do="pay"), Action(do="assign")]  # fmt: skip
    usual = {a.do: a for a in found.steps if a.do in {s.do for s in steps} and not a.refused}
    taken = [usual[s.do].model_copy(update={"part": s.part or usual[s.do].part, "expect": type(s.expect)(), "then": []})
             for s in steps]  # fmt: skip
    taken[-2] = taken[-2].model_copy(update={"with_": {**taken[-2].with_, "paid_minor": 60_000}})
    taken[-1] = taken[-1].model_copy(update={"then": ["paper-1.start_compare", "paper-2.start_compare"]})
    walk = walked(PROCEDURE, found.model_copy(update={"given": given, "steps": tuple(taken)}))
    monkeypatch.setenv("HOSO_CLOCK", walk.now.isoformat())

    address = f"/cases/{walk.case.code}/batch/paper/match/"
    page = nga.get(address).content.decode()

    for number in (1, 2):
        assert f"{number}. Giấy chứng nhận xuất xứ hàng hóa" in page
        assert f'href="/cases/{walk.case.code}/parts/paper-{number}/do/match/"' in page
    ticks = ["not_altered", "not_forged", "original_marks", "no_harm", "electronic_valid"]
    form = {"_key": field(page, "_key"), "all": "1", "specimen": "so-cong-thuong", "confirm": ticks}
    assert nga.post(address, form).content.decode().count('data-done="yes"') == 2
    assert Event.objects.filter(case=walk.case, name="match").count() == 2
