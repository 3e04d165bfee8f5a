"""verify.py by itself: the same bytes as the product's, no Django, no network, a verdict for whatever it is given."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
import time
import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import verify
from audit.bundle import Wanted, export
from audit.words import ENGINE
from cases.canonical import NotCanonical, canonical_bytes, commit, leaf_hash, parse_body
from cases.models import Case, Event
from cases.services.attachments import ATTACH, DETACH
from cases.services.given_up import GIVEN_UP
from cases.services.links import LINKED
from tests.audit.scene import COMPLAINT, PHONE
from tests.audit.test_tampering import EVERYTHING, NOW
from tests.cases.test_canonical import values

VERIFIER = Path(verify.__file__)
VECTORS = [  # RFC 8785 within the subset of events: keys by code unit, short escapes, no blanks
    ({}, b"{}"),
    ({"b": 1, "a": [True, None, "x"]}, b'{"a":[true,null,"x"],"b":1}'),
    ({"euro": "€"}, '{"euro":"€"}'.encode()),
    ({"control": '\u0007\b\t\n\f\r"\\'}, b'{"control":"\\u0007\\b\\t\\n\\f\\r\\"\\\\"}'),
    ({"slash": "</script>"}, b'{"slash":"</script>"}'),
    ({"min": -(2**53) + 1, "max": 2**53 - 1}, b'{"max":9007199254740991,"min":-9007199254740991}'),
]
LEASH = """
import runpy, sys
def watch(event, arguments):
    if event.startswith(("socket.", "urllib.", "subprocess.", "os.system", "os.exec")):
        sys.exit(99)
sys.addaudithook(watch)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
METER = """
import atexit, re, runpy, sys, time
def told():
    peak = re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read()).group(1)
    sys.stderr.write(f"{time.process_time()} {peak}")
atexit.register(told)
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run(bundle: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the verifier as an auditor would: isolated Python, no site packages, an empty environment."""
    command = [sys.executable, "-I", "-S", str(VERIFIER), str(bundle), *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env={}, check=False)


@pytest.fixture
def bundle(told: Case, tmp_path: Path) -> Path:
    path = tmp_path / "gói.zip"
    export(Case.objects.all(), path, whole=True, wanted=EVERYTHING, now=NOW)
    return path


def without(bundle: Path, name: str, *, instead: bytes | None = None) -> Path:
    """Return a copy of the bundle in which one file is gone, or another."""
    path = bundle.with_name("khác.zip")
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(path, "w") as new:
        for member in old.namelist():
            if member != name:
                new.writestr(member, old.read(member))
        if instead is not None:
            new.writestr(name, instead)
    return path


class TestAlone:
    def test_it_runs_isolated_without_site_packages_or_environment(self, bundle: Path) -> None:
        done = run(bundle)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("KHỚP\n")
        assert "\nOK\n" in done.stdout

    def test_it_touches_no_network_and_starts_no_program(self, bundle: Path) -> None:
        command = [sys.executable, "-I", "-S", "-c", LEASH, str(VERIFIER), str(bundle)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env={}, check=False)
        assert (done.returncode, done.stderr) == (0, "")

    def test_the_copy_in_the_bundle_is_this_one(self, bundle: Path) -> None:
        with zipfile.ZipFile(bundle) as opened:
            assert opened.read("verify.py") == VERIFIER.read_bytes()

    def test_it_imports_the_standard_library_alone(self) -> None:
        lines = [line.split() for line in VERIFIER.read_text(encoding="utf-8").splitlines()]
        imported = {words[1].split(".")[0] for words in lines if words[:1] in (["import"], ["from"])}
        assert imported <= sys.stdlib_module_names

    def test_it_says_plainly_what_it_cannot_show(self, bundle: Path) -> None:
        said = run(bundle).stdout
        assert "Không phát hiện được một hồ sơ đã bị xóa trọn vẹn" in said
        assert "A history rewritten together with its head is not noticed" in said
        assert len(json.loads(run(bundle, "--json").stdout)["limits"]) == 4

    def test_another_system_is_not_taken_for_ours(self, bundle: Path) -> None:
        assert run(bundle, "--origin", "hoso.khac.vn").returncode == 10


class TestDamagedBundles:
    def test_no_zip_cannot_be_verified(self, tmp_path: Path) -> None:
        (tmp_path / "gói.zip").write_bytes(b"not a zip")
        assert run(tmp_path / "gói.zip").returncode == 12
        assert run(tmp_path / "không có.zip").returncode == 12

    def test_a_truncated_bundle_cannot_be_verified(self, bundle: Path) -> None:
        bundle.write_bytes(bundle.read_bytes()[:-2000])
        assert run(bundle).returncode == 12

    def test_a_format_of_the_future_cannot_be_verified(self, bundle: Path) -> None:
        manifest = json.dumps({"format": "hoso-evidence/9", "files": {}, "scope": "all"}).encode()
        assert run(without(bundle, "MANIFEST.json", instead=manifest)).returncode == 12

    @pytest.mark.parametrize(
        ("name", "code"), [("documents.jsonl", 11), ("events.txt", 11), ("cases.jsonl", 11), ("verify.py", 11)]
    )
    def test_a_missing_file_makes_it_incomplete(self, bundle: Path, name: str, code: int) -> None:
        assert run(without(bundle, name)).returncode == code

    def test_a_file_that_differs_from_the_manifest_is_tampering(self, bundle: Path) -> None:
        assert run(without(bundle, "README.txt", instead=b"...")).returncode == 10

    def test_nonsense_in_a_stream_cannot_be_verified(self, bundle: Path) -> None:
        done = run(without(bundle, "events.txt", instead=b"nonsense\n"), "--json")
        assert done.returncode in (10, 12)
        assert json.loads(done.stdout)["faults"]

    def test_every_flipped_byte_of_the_history_is_noticed(self, bundle: Path) -> None:
        with zipfile.ZipFile(bundle) as opened:
            events = opened.read("events.txt")
        chosen = random.Random(8).sample(range(len(events)), 40)  # a fixed sample
        for at in chosen:
            flipped = events[:at] + bytes([events[at] ^ 0x01]) + events[at + 1 :]
            assert verify.verify_bundle(without(bundle, "events.txt", instead=flipped)).exit_code in (10, 12)


class TestTheSameBytes:
    """The verifier has its own spelling and hashing; it must agree with the product's to the bit."""

    @pytest.mark.parametrize(("value", "spelled"), VECTORS)
    def test_vectors(self, value: dict[str, object], spelled: bytes) -> None:
        assert canonical_bytes(value) == verify.spelled(value) == spelled
        assert verify.parse(spelled) == value

    @given(st.dictionaries(st.text(st.characters(max_codepoint=127), max_size=8), values, max_size=4))
    def test_what_the_product_writes_the_verifier_reads(self, value: dict[str, object]) -> None:
        body = canonical_bytes(value)
        assert verify.parse(body) == parse_body(body) == value
        assert verify.leaf_hash(body) == leaf_hash(body)

    @given(st.binary(max_size=60) | st.text(max_size=30).map(str.encode) | st.from_regex(rb"\{.{0,20}\}").map(bytes))
    def test_what_one_refuses_the_other_refuses(self, body: bytes) -> None:
        try:
            wanted = parse_body(body)
        except NotCanonical:
            wanted = None
        assert verify.parse(body) == wanted

    @pytest.mark.parametrize(
        "body",
        [b'{"a":1.0}', b'{"a":1e3}', b'{"a":NaN}', b'{"a":9007199254740992}', b'{"a":1,"a":1}', b'{"b":1,"a":1}', b"[]",
         b'{"a": 1}', '{"a":"e\u0301"}'.encode(), '{"é":1}'.encode(), b'{"a":"\\ud800"}', b"[" * 100_000,
         b'{"a":' + b"9" * 5000 + b"}"],
    )  # fmt: skip
    def test_what_has_no_canonical_form(self, body: bytes) -> None:
        assert verify.parse(body) is None

    @given(values)
    def test_commitments_open_with_their_own_value_alone(self, value: object) -> None:
        seal, salt = commit(value)
        assert verify.opens(seal, {"salt": salt, "value": value})
        assert not verify.opens(seal, {"salt": salt, "value": [value]})
        assert not verify.opens(seal, {"salt": "00" * 32, "value": value})


def test_the_verifier_and_the_pages_know_every_act_that_the_engine_appends_by_itself() -> None:
    appended = {"open", "save", "claim", "release", ATTACH, DETACH, LINKED, GIVEN_UP}
    assert verify.ENGINE_ACTS == set(ENGINE) == appended


class TestPrivacy:
    """T16: an event holds codes and commitments; whoever has no right to values gets none."""

    PLANTED = (
        "Trần Thị Lan",
        PHONE,
        COMPLAINT,
        "079190000123",
        "lan@lamgiang.example",
        "Bờ Sông",
        "H99.14-260105-0003",
    )

    def test_no_event_holds_a_personal_value_in_clear(self, told: Case) -> None:
        assert Event.objects.count() > 20
        for body in Event.objects.values_list("body", flat=True):
            text = bytes(body).decode()
            assert not [planted for planted in self.PLANTED if planted in text]
            assert not [word for word in ("Lan", "giấy hẹn") if word in text]

    def test_a_plain_bundle_holds_none_either(self, told: Case, tmp_path: Path) -> None:
        export(Case.objects.all(), tmp_path / "gói.zip", whole=True, wanted=Wanted(), now=NOW)
        with zipfile.ZipFile(tmp_path / "gói.zip") as opened:
            assert "values.jsonl" not in opened.namelist()
            for name in opened.namelist():
                text = unicodedata.normalize("NFC", opened.read(name).decode("utf-8", "replace"))
                assert not [planted for planted in self.PLANTED if planted in text], name

    def test_a_bundle_with_values_holds_only_what_the_roles_may_see(self, told: Case, tmp_path: Path) -> None:
        clerk = Wanted(frozenset({"clerk"}), values=True)
        export(Case.objects.all(), tmp_path / "gói.zip", whole=True, wanted=clerk, now=NOW)
        with zipfile.ZipFile(tmp_path / "gói.zip") as opened:
            shown = opened.read("values.jsonl").decode()
        assert COMPLAINT in shown
        assert "079190000123" not in shown  # visible to applicant, intake, specialist, auditor

    def test_a_draft_keeps_its_values_at_home(self, told: Case, tmp_path: Path) -> None:
        Case.objects.filter(state="submitted").update(state="draft")
        export(Case.objects.filter(state="draft"), tmp_path / "gói.zip", whole=False, wanted=EVERYTHING, now=NOW)
        with zipfile.ZipFile(tmp_path / "gói.zip") as opened:
            assert opened.read("values.jsonl") == b""
            assert not [name for name in opened.namelist() if name.startswith("documents/")]


@pytest.mark.long
def test_200_000_events_cost_little_more_than_reading_them(told: Case, tmp_path: Path) -> None:
    """T9: 25,000 events a second with all checks on an idle machine; on a busy one, four times the bare reading.

    The memory stays that of one case.
    """
    small = tmp_path / "nhỏ.zip"
    export(Case.objects.filter(pk=told.pk), small, whole=False, wanted=Wanted(), now=NOW)
    large, count = many_times(small, tmp_path / "lớn.zip", 200_000)
    bare = seconds_to_read(small) / 23 * count
    command = [sys.executable, "-I", "-S", "-c", METER, str(VERIFIER), str(large)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env={}, check=False)
    spent, kilobytes = (float(word) for word in done.stderr.split())
    assert done.stdout.startswith("KHỚP")
    assert count / spent >= 25_000 or spent <= 4 * bare, f"{count / spent:.0f} events/s, {spent / bare:.1f} x bare"
    assert kilobytes < 300 * 1024


def seconds_to_read(bundle: Path) -> float:
    """Return what it costs to parse, spell and hash the events of a bundle once, and nothing else."""
    bodies = [body for _, (_, body) in verify.Bundle(bundle).events()]
    begun = time.process_time()
    for _ in range(200):
        for body in bodies:
            hashlib.sha256(json.dumps(json.loads(body), ensure_ascii=False, sort_keys=True).encode()).digest()
    return (time.process_time() - begun) / 200


def many_times(small: Path, large: Path, wanted: int) -> tuple[Path, int]:
    """Write a bundle with the one case of a small bundle over and over, under other ids."""
    bundle = verify.Bundle(small)
    _, record = next(bundle.cases())
    bodies = [json.loads(body) for _, (_, body) in bundle.events()]
    rows, lines = [], []
    for number in range(wanted // len(bodies) + 1):
        name, prev = f"{number:032x}", ""
        for body in bodies:
            written = canonical_bytes({**body, "case": name, "prev": prev})
            prev = leaf_hash(written)
            lines.append(f"{name} {prev} ".encode() + written + b"\n")
        rows.append(json.dumps({**record, "case": name, "head_hash": prev}).encode() + b"\n")
    papers = [row for _, row in bundle.documents()]
    documents = [json.dumps({**p, "case": f"{n:032x}"}).encode() + b"\n" for n in range(len(rows)) for p in papers]
    files = {"cases.jsonl": b"".join(rows), "events.txt": b"".join(lines), "documents.jsonl": b"".join(documents)}
    files |= {n: bundle.zip.read(n) for n in bundle.files if n.startswith("definitions/")}
    listed = {n: {"sha256": hashlib.sha256(b).hexdigest(), "bytes": len(b)} for n, b in files.items()}
    with zipfile.ZipFile(large, "w", zipfile.ZIP_DEFLATED) as target:
        for name, body in files.items():
            target.writestr(name, body)
        target.writestr("MANIFEST.json", json.dumps({**bundle.manifest, "files": listed, "scope": "all"}))
    return large, len(lines)
