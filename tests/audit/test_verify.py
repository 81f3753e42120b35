"""Whoever changes, takes out, puts in, swaps or cuts off entries without the key is found, and the place is named."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.audit.chain import LENGTH, SEALED, Hands, check, make_chain

from fangwei.audit.check import Checker, Link
from fangwei.audit.entry import digest_of, link
from fangwei.audit.errors import KeyUnusable, NoRecord
from fangwei.audit.faults import Kind
from fangwei.audit.seal import KEY_FILE, PUBLIC_FILE, Signer, key_id, open_signer, read_public
from fangwei.audit.source import StoreSource, open_reading
from fangwei.audit.verify import walk
from fangwei.core.settings import Settings

COLUMNS = ("sequence", "key", "time", "by", "action", "subject", "zone", "body", "hash", "words", "salt")
LAST_SEALED = SEALED[-1]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("chain") / "data"
    make_chain(data)
    return data


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture
def copied(original: Path, scratch: Path) -> Iterator[Path]:
    yield fresh(original, scratch)


def fresh(original: Path, scratch: Path) -> Path:
    shutil.rmtree(scratch / "data", ignore_errors=True)
    shutil.copytree(original, scratch / "data")
    return scratch / "data"


def tampering(function):
    return hypothesis_settings(
        deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )(function)


def test_an_untouched_chain_is_proved_up_to_its_last_seal(original: Path) -> None:
    found = check(original)
    assert found.intact, found.faults
    assert (found.entries, found.seals, found.proved_sequence) == (LENGTH, 5, LAST_SEALED)
    assert (found.unsealed, found.erased) == (3, 0)
    assert found.lines()[0].en.startswith("Intact: entries 1 to 40")


@tampering
@given(
    place=st.integers(1, LENGTH), column=st.sampled_from(COLUMNS[1:]), where=st.floats(0, 0.999), by=st.integers(1, 255)
)
def test_any_byte_changed_is_found_at_its_entry(
    original: Path, scratch: Path, place: int, column: str, where: float, by: int
) -> None:
    data = fresh(original, scratch)
    hands = Hands(data)
    (value,) = hands.db.execute(f"select {column} from audit_entries where sequence = ?", (place,)).fetchone()
    if isinstance(value, int):
        value += by
    elif isinstance(value, str):
        raw = bytearray(value.encode(errors="surrogateescape"))
        raw[int(where * len(raw))] ^= by
        value = bytes(raw).decode(errors="surrogateescape")
    elif isinstance(value, bytes):
        raw = bytearray(value)
        raw[int(where * len(raw))] ^= by
        value = bytes(raw)
    else:
        value = "a"  # put where there was nothing
    # As a blob cast to text: any bytes, also those that are no UTF-8.
    raw_value = value.encode(errors="surrogateescape") if isinstance(value, str) else value
    cast = "cast(? as text)" if isinstance(value, str) else "?"
    hands.db.execute(f"update audit_entries set {column} = {cast} where sequence = ?", (raw_value, place))
    hands.done()
    found = check(data)
    assert not found.intact
    assert found.faults[0].first == place
    assert found.proved_sequence <= place or found.faults[0].kind in (Kind.COPY, Kind.WORDS)


@tampering
@given(first=st.integers(1, LENGTH), count=st.integers(1, 5), close_up=st.booleans())
def test_entries_taken_out_are_missed(original: Path, scratch: Path, first: int, count: int, close_up: bool) -> None:
    data = fresh(original, scratch)
    hands = Hands(data)
    last = min(LENGTH, first + count - 1)
    hands.db.execute("delete from audit_entries where sequence between ? and ?", (first, last))
    if close_up:
        for number in range(last + 1, LENGTH + 1):
            hands.db.execute(
                "update audit_entries set sequence = ? where sequence = ?", (number - last + first - 1, number)
            )
    hands.done()
    fault = check(data).faults[0]
    if last == LENGTH:
        assert (fault.kind, fault.first, fault.last) == (Kind.CUT, first, last)
    elif close_up:
        assert fault.first == first and fault.kind in (Kind.REMOVED, Kind.CHANGED)
        assert fault.kind is Kind.REMOVED or last == LENGTH - 1  # one entry behind the gap has no neighbour to tell
    else:
        assert (fault.kind, fault.first, fault.last) == (Kind.MISSING, first, last)


@tampering
@given(places=st.lists(st.integers(1, LENGTH), min_size=2, max_size=2, unique=True), whole=st.booleans())
def test_two_entries_swapped_are_both_named(original: Path, scratch: Path, places: list[int], whole: bool) -> None:
    data = fresh(original, scratch)
    hands = Hands(data)
    one, two = sorted(places)
    rows = hands.rows()
    a, b = rows[one - 1], rows[two - 1]
    if whole:
        rows[one - 1], rows[two - 1] = (one, *b[1:]), (two, *a[1:])
    else:  # everything but the hashes, so that only the chain can tell
        rows[one - 1], rows[two - 1] = (one, *b[1:8], a[8], *b[9:]), (two, *a[1:8], b[8], *a[9:])
    hands.put(rows)
    hands.done()
    fault = check(data).faults[0]
    assert (fault.kind, fault.first, fault.last) == (Kind.SWAPPED, one, two)


@tampering
@given(source=st.integers(1, LENGTH), place=st.integers(1, LENGTH), count=st.integers(1, 3), fresh_hash=st.booleans())
def test_entries_put_in_are_found(
    original: Path, scratch: Path, source: int, place: int, count: int, fresh_hash: bool
) -> None:
    data = fresh(original, scratch)
    hands = Hands(data)
    rows = hands.rows()
    copies, before = [], rows[place - 2][8] if place > 1 else bytes(32)
    for number in range(place, place + count):
        copy = rows[source - 1]
        digest = digest_of(copy[7].encode())
        before = link(before, number, digest) if fresh_hash else copy[8]
        copies.append((number, os.urandom(16), *copy[2:8], before, *copy[9:]))
    moved = [(row[0] + count, *row[1:]) for row in rows[place - 1 :]]
    hands.put([*rows[: place - 1], *copies, *moved])
    hands.done()
    found = check(data)
    # A copy beside its original: which of the two was put in nobody can tell.
    named = [f for f in found.faults if f.kind is Kind.INSERTED]
    assert found.faults[0].first in range(place, place + count + 1)
    assert any(f.first - 1 <= place <= f.last + 1 for f in named) or (not fresh_hash and source in (place, place + 1))


@tampering
@given(keep=st.integers(0, LENGTH - 1), head_too=st.booleans())
def test_a_tail_cut_off_is_found_as_long_as_a_seal_of_it_is_left(
    original: Path, scratch: Path, keep: int, head_too: bool
) -> None:
    data = fresh(original, scratch)
    hands = Hands(data)
    rows = hands.rows()
    hands.db.execute("delete from audit_entries where sequence > ?", (keep,))
    if head_too:
        hands.head(keep, rows[keep - 1][8] if keep else bytes(32))
    hands.done()
    found = check(data)
    if head_too and keep >= LAST_SEALED:
        assert found.intact  # what was never sealed is not proved: the page says that plainly
    else:
        assert [f.kind for f in found.faults] == [Kind.CUT]
        assert found.faults[0].first == keep + 1


@tampering
@given(place=st.integers(1, LAST_SEALED), how=st.sampled_from(["change", "delete", "repeat", "swap"]))
def test_rewriting_the_chain_with_fresh_hashes_fails_at_the_next_seal(
    original: Path, scratch: Path, place: int, how: str
) -> None:
    data = fresh(original, scratch)
    hands = Hands(data)
    rows = hands.rows()
    row = rows[place - 1]
    if how == "change":
        rows[place - 1] = (*row[:7], row[7].replace("system", "li-wei"), *row[8:3], *row[8:])
    elif how == "delete":
        del rows[place - 1]
    elif how == "repeat":
        rows.insert(place - 1, (0, os.urandom(16), *rows[(place + 7) % LENGTH][2:]))
    else:
        rows[place - 1], rows[place] = rows[place], rows[place - 1]
    hands.rechain(rows)
    hands.done()
    found = check(data)
    rewritten = next(f for f in found.faults if f.kind is Kind.REWRITTEN)
    sealed = [0, *(s for s in SEALED if s >= place)]
    assert rewritten.last == sealed[1]
    assert rewritten.first <= place <= rewritten.last
    assert found.proved_sequence == max((s for s in SEALED if s < place), default=0)


@tampering
@given(
    number=st.integers(1, len(SEALED)),
    column=st.sampled_from(["sequence", "hash", "time", "key", "signature"]),
    where=st.integers(0, 15),
)
def test_a_seal_changed_in_any_field_is_found(
    original: Path, scratch: Path, number: int, column: str, where: int
) -> None:
    data = fresh(original, scratch)
    hands = Hands(data)
    (value,) = hands.db.execute(f"select {column} from audit_seals where number = ?", (number,)).fetchone()
    if isinstance(value, int):
        value += 1
    elif isinstance(value, str):
        value = value[:where] + ("0" if value[where] != "0" else "1") + value[where + 1 :]
    else:
        value = value[:where] + bytes([value[where] ^ 1]) + value[where + 1 :]
    hands.db.execute(f"update audit_seals set {column} = ? where number = ?", (value, number))
    hands.done()
    wanted = Kind.SEAL_FOREIGN if column == "key" else Kind.SEAL_FORGED
    assert wanted in {f.kind for f in check(data).faults if f.seal == number}


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_seal_taken_out_is_missed(copied: Path, number: int) -> None:
    hands = Hands(copied)
    hands.db.execute("delete from audit_seals where number = ?", (number,))
    hands.done()
    found = check(copied)
    assert [(f.kind, f.seal) for f in found.faults] == [(Kind.SEAL_MISSING, number)]


def test_without_any_seal_nothing_is_proved(copied: Path) -> None:
    hands = Hands(copied)
    hands.db.execute("delete from audit_seals")
    hands.done()
    found = check(copied)
    assert [f.kind for f in found.faults] == [Kind.UNSEALED]
    assert found.proved_time is None


def test_a_chain_resealed_with_another_key_is_believed_only_by_who_kept_no_key(
    copied: Path, tmp_path: Path, original: Path
) -> None:
    public = read_public(copied / PUBLIC_FILE)
    forger = open_signer(tmp_path)
    hands = Hands(copied)
    rows = hands.rows()
    rows[20] = (*rows[20][:7], rows[20][7].replace("42.5", "12.5"), *rows[20][8:])
    done = hands.rechain(rows)
    for number, sequence in enumerate(SEALED, 1):
        hash = done[sequence - 1][8] if sequence else bytes(32)
        seal = forger.seal(number, sequence, hash, 1)
        values = (hash, seal.time, seal.key, seal.signature, number)
        hands.db.execute("update audit_seals set hash = ?, time = ?, key = ?, signature = ? where number = ?", values)
    hands.done()
    foreign = check(copied, {key_id(public): public})
    assert {f.kind for f in foreign.faults} == {Kind.SEAL_FOREIGN}
    assert foreign.proved_time is None
    hands = Hands(copied)
    hands.db.execute("insert into audit_keys values (?, ?, 1)", (forger.id, forger.public))
    hands.done()
    believed = check(copied)
    assert believed.intact
    assert "--public-key" in believed.lines()[-1].en
    assert not check(copied, {key_id(public): public}).intact
    assert check(original, {key_id(public): public}).intact


def test_entries_behind_the_head_are_not_the_platforms(copied: Path) -> None:
    hands = Hands(copied)
    rows = hands.rows()
    hash = link(rows[-1][8], LENGTH + 1, digest_of(rows[0][7].encode()))
    hands.db.execute(
        f"insert into audit_entries values ({','.join('?' * 11)})",
        (LENGTH + 1, b"k" * 16, *rows[0][2:8], hash, None, None),
    )
    hands.done()
    assert Kind.BEYOND in {f.kind for f in check(copied).faults}


def test_a_changed_head_is_found(copied: Path) -> None:
    hands = Hands(copied)
    hands.head(LENGTH, b"x" * 32)
    hands.done()
    assert [f.kind for f in check(copied).faults] == [Kind.HEAD]


def test_words_that_vanish_without_an_entry_that_says_so_are_missed(copied: Path) -> None:
    hands = Hands(copied)
    hands.db.execute("update audit_entries set words = null, salt = null where sequence = 10")
    hands.done()
    assert [(f.kind, f.first) for f in check(copied).faults] == [(Kind.WORDS_GONE, 10)]


def test_one_changed_entry_is_one_fault_and_what_stands_behind_it_is_still_followed(copied: Path) -> None:
    hands = Hands(copied)
    hands.db.execute("update audit_entries set body = replace(body, '42.5', '12.5') where sequence in (15, 30)")
    hands.done()
    found = check(copied)
    assert [(f.kind, f.first) for f in found.faults] == [(Kind.CHANGED, 15), (Kind.CHANGED, 30)]
    assert found.proved_sequence == 12
    assert "Entry 15 was changed" in found.lines()[1].en


def test_the_check_goes_on_from_where_it_was(original: Path, scratch: Path) -> None:
    whole = StoreSource(open_reading(Settings(data=original).database_url))
    checker = Checker(whole.keys())
    for upto in (7, 12, 13, 25, 38, LENGTH):
        walk(checker, _Until(whole, upto))
    assert checker.end(*whole.end()) == [] and checker.sequence == LENGTH
    assert checker.sealed is not None and checker.sealed.sequence == LAST_SEALED


class _Until:
    whole = True
    start = (0, bytes(32))

    def __init__(self, source: StoreSource, upto: int) -> None:
        self._source, self._upto = source, upto

    def links(self, after: int) -> Iterator[Link]:
        return (one for one in self._source.links(after) if one.sequence <= self._upto)

    def seals(self, after: int):
        return (seal for seal in self._source.seals(after) if seal.sequence <= self._upto)


def test_a_folder_on_a_disk_that_cannot_be_written_is_checked(copied: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser writes everywhere")
    copied.chmod(0o500)
    try:
        assert check(copied).intact
    finally:
        copied.chmod(0o700)


@pytest.mark.parametrize("content", [None, b"", b"not a database" * 100])
def test_a_folder_without_a_record_is_named(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "fangwei.db").write_bytes(content)
    with pytest.raises(NoRecord) as refused:
        check(tmp_path)
    assert "fangwei.db" in refused.value.message.en or "sqlite" in refused.value.message.en


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    signer = open_signer(tmp_path)
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert open_signer(tmp_path).public == signer.public == read_public(tmp_path / PUBLIC_FILE)
    (tmp_path / "hex").write_text(signer.public.hex() + "\n")
    assert read_public(tmp_path / "hex") == signer.public


@pytest.mark.parametrize("content", [b"", b"junk", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_key_file_that_holds_no_key_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / KEY_FILE
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(KeyUnusable) as refused:
        open_signer(tmp_path)
    assert str(path) in refused.value.message.zh
    with pytest.raises(KeyUnusable):
        read_public(path)


def test_a_seal_says_nothing_about_another_head() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    signer = Signer(Ed25519PrivateKey.generate())
    seal = signer.seal(1, 5, b"h" * 32, 7)
    assert seal.genuine(signer.public)
    assert not seal.genuine(b"x" * 32) and not seal.genuine(b"short")


def test_reading_takes_no_lock(copied: Path) -> None:
    source = StoreSource(open_reading(Settings(data=copied).database_url))
    links = source.links(0)
    next(links)
    with sqlite3.connect(copied / "fangwei.db", timeout=0) as writer:
        writer.execute("begin immediate")
        assert sum(1 for _ in links) == LENGTH - 1
