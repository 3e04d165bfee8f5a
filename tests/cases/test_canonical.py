from __future__ import annotations

import datetime as dt
import hashlib
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.canonical import (
    NotCanonical,
    canonical_bytes,
    commit,
    commitment,
    event_body,
    leaf_hash,
    moment,
    parse_body,
)

AT = dt.datetime(2026, 11, 24, 2, 5, 6, 7, tzinfo=dt.UTC)

letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(lambda s: unicodedata.normalize("NFC", s))
keys = st.text(st.characters(max_codepoint=127), max_size=8)
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | letters
values = st.recursive(scalars, lambda v: st.lists(v, max_size=4) | st.dictionaries(keys, v, max_size=4), max_leaves=12)


def an_event(**changes):
    known = {
        "origin": "hoso.test",
        "case": "0192f0c1-0000-7000-8000-000000000001",
        "seq": 1,
        "prev": "",
        "kind": "transition",
        "definition": "d" * 64,
        "name": "submit",
        "actor": "lan",
        "at": AT,
        "build": "0.1.0",
    }
    return event_body(**{**known, **changes})


def jcs(value) -> str:
    """RFC 8785 written out by hand for the allowed subset: an independent second spelling."""
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case int():
            return str(value)
        case str():
            return '"' + "".join(_escaped(letter) for letter in value) + '"'
        case list():
            return "[" + ",".join(jcs(v) for v in value) + "]"
    ordered = sorted(value, key=lambda k: k.encode("utf-16-be"))
    return "{" + ",".join(f"{jcs(k)}:{jcs(value[k])}" for k in ordered) + "}"


def _escaped(letter: str) -> str:
    short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return short.get(letter) or (f"\\u{ord(letter):04x}" if ord(letter) < 32 else letter)


@given(values)
def test_the_bytes_are_those_of_rfc_8785(value):
    assert canonical_bytes(value) == jcs(value).encode()


@given(values)
def test_the_bytes_read_back_to_the_same_value(value):
    assert json.loads(canonical_bytes(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        float("inf"),
        2**53,
        -(2**53),
        {1: "a"},
        {"tên": "Lan"},
        "Tra\u0302n",
        "\ud800",
        b"bytes",
        {"a": [1, {"b": 0.5}]},
    ],
)
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical_bytes(value)


def test_the_refusal_names_the_place_and_never_the_value():
    with pytest.raises(NotCanonical) as refusal:
        canonical_bytes({"passport": [{"number": "C0000001\ud800"}]})
    assert "$.passport[0].number" in str(refusal.value)
    assert "C0000001" not in str(refusal.value)


def test_a_moment_is_written_in_utc_with_microseconds():
    local = AT.astimezone(dt.timezone(dt.timedelta(hours=7)))
    assert moment(local) == "2026-11-24T02:05:06.000007Z"


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(NotCanonical):
        moment(AT.replace(tzinfo=None))


def test_the_leaf_hash_is_that_of_rfc_6962():
    assert leaf_hash(b"") == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert leaf_hash(b"abc") == hashlib.sha256(b"\x00abc").hexdigest()


def test_a_commitment_opens_with_its_salt_and_hides_without_it():
    value = {"reason": "Thiếu giấy ủy quyền"}
    seal, salt = commit(value)
    assert commitment(value, bytes.fromhex(salt)) == seal
    assert commit(value)[0] != seal
    assert len(bytes.fromhex(salt)) == 32


def test_an_event_carries_every_field_and_no_value():
    seal, _ = commit("Nguyễn Thị Lan")
    body = an_event(
        inputs={"full_name": seal}, confirms=["b", "a"], reads={"lĩnh vực:giáo dục": 2, "fees:a": 1}, part=""
    )
    read = parse_body(body)
    assert read["v"] == 1
    assert read["inputs"] == {"full_name": seal}
    assert read["confirms"] == ["a", "b"]
    assert read["reads"] == [["fees:a", 1], ["lĩnh vực:giáo dục", 2]]
    assert read["part"] is None
    assert "Lan" not in body.decode()


@pytest.mark.parametrize(
    "body", [b'{"b":1,"a":2}', b'{"a": 1}', b'{"a":1,"a":1}', b'{"a":1e0}', b"[]", b"\xff", b"{", b"[" * 100_000]
)
def test_another_spelling_is_no_event(body):
    with pytest.raises(NotCanonical):
        parse_body(body)


def test_one_event_costs_less_than_100_microseconds_to_write_and_hash():
    import timeit

    seals = {f"field_{n}": commit(n)[0] for n in range(4)}
    best = min(timeit.repeat(lambda: leaf_hash(an_event(inputs=seals)), number=200, repeat=5)) / 200
    assert best < 100e-6
