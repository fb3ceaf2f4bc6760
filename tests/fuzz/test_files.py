"""Files that a person hands in: each row of a CSV is put down or refused, terms and mappings are read or refused."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from fanshare.core import terms_document
from fanshare.core.canonical import canonical
from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, parse_rfc3339, zone
from fanshare.core.money import parse_amount
from fanshare.core.moving import Moved
from fanshare.core.terms_document import TermsError
from fanshare.core.terms_sentences import sentences
from fanshare.integrations.moving import files as moving_files
from fanshare.integrations.moving.read import Options, read_files
from fanshare.integrations.orders_file import cells, mapping
from fanshare.integrations.orders_file.mapping import Plan, read_mapping
from fanshare.integrations.orders_file.read import read
from fanshare.integrations.orders_file.source import open_source
from fanshare.integrations.orders_file.staging import Staging
from tests.fuzz import corpus, spoil
from tests.fuzz.campaign import batches, campaign, shown, size
from tests.fuzz.faults import forgetful
from tests.fuzz.usable import pseudonym, refusal, told, usable

NOW = parse_rfc3339("2026-12-01T00:00:00Z")
MAPPED = read_mapping(corpus.MAPPING)
ORDERS = [(corpus.ORDERS_CSV, Plan()), (corpus.MAPPED_CSV, MAPPED)]
#: In memory where the system has such a place: a campaign writes thousands of small files.
PLACE = Path("/dev/shm") if Path("/dev/shm").is_dir() else None


@contextmanager
def on_disk(raw: bytes) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile(dir=PLACE, prefix="fanshare-fuzz-") as file:
        file.write(raw)
        file.flush()
        yield Path(file.name)


def read_orders(raw: bytes, plan: Plan) -> list[str]:
    """What became of each row: it is in an order, or refused with a reason. None is missing, none is there twice."""
    with on_disk(raw) as path, Staging.opened() as staging:
        try:
            source = open_source(path, plan)
            rows = list(source.rows())
            read(source, staging, pseudonym, lambda count: None)
        except BadInputError as error:
            return [refusal(error)]
        states, refused = list(staging.states(NOW)), list(staging.refusals())
        for state in states:
            usable(state)
        assert sum(len(state.lines) for state in states) + len(refused) == staging.rows == len(rows)
        assert len({one.number for one in refused}) == len(refused)
        reasons = [refusal(BadInputError(one.code, one.message)) for one in refused]
        return ["read"] * (len(rows) - len(refused)) + reasons or ["nothing in it"]


def file_case(chance: Random) -> str:
    raw, plan = chance.choice(ORDERS)
    given = spoil.table(chance, raw)
    return min(reading(given, plan), key=lambda outcome: outcome == "read")


def rows_case(chance: Random, count: int) -> list[str]:
    raw, plan = chance.choice(ORDERS)
    found = reading(spoil.rows(chance, raw, count), plan)
    return found if len(found) > 1 else found * count  # A file that is refused is refused with all of its rows.


def reading(given: bytes, plan: Plan) -> list[str]:
    try:
        return read_orders(given, plan)
    except Exception as error:
        error.add_note(f"the file was {shown(given)}")
        raise


@pytest.mark.soak_sized
def test_each_spoiled_row_is_in_an_order_or_refused_with_its_reason() -> None:
    assert [set(read_orders(raw, plan)) for raw, plan in ORDERS] == [{"read"}, {"read"}]
    outcomes = batches(rows_case)
    assert outcomes["read"] > 500
    assert len(outcomes) >= 10, outcomes


@pytest.mark.soak_sized
def test_a_spoiled_csv_is_read_in_part_or_refused_as_a_whole() -> None:
    outcomes = campaign(file_case, size(500))
    assert outcomes["read"] > 50
    assert outcomes["refused: missing_column"] > 10
    assert len(outcomes) >= 10, outcomes


def test_a_csv_of_which_a_row_is_lost_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a staging area that forgets what was refused."""
    monkeypatch.setattr(Staging, "refuse", lambda *args: None)
    with pytest.raises(AssertionError):
        batches(rows_case, 1_000)


def test_a_cell_that_is_read_without_a_check_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "parse_amount", forgetful(parse_amount))
    with pytest.raises(KeyError, match="planted"):
        batches(rows_case, 1_000)


def moved(tool: str, raw: bytes) -> Moved:
    return read_files(tool, [("export", raw)], Options(NOW, 30 * DAY, "EUR"))


def moving_case(chance: Random) -> str:
    path = chance.choice(corpus.MOVING)
    raw = path.read_bytes()
    given = (spoil.json_body if path.suffix == ".json" else spoil.table)(chance, raw)
    try:
        return read_moving(path.stem.split("-")[0], given)
    except Exception as error:
        error.add_note(f"{path.name} was {shown(given)}")
        raise


def read_moving(tool: str, raw: bytes) -> str:
    """What a row gets wrong is told; each row says something, or is told about."""
    try:
        found = moved(tool, raw)
    except BadInputError as error:
        return refusal(error)
    said = [found.people, found.links, found.codes, found.rates, found.balances]
    for each in [*sum(said, ()), *found.untaken]:
        repr(each).encode()
    assert all(-(2**63) < each.amount < 2**63 for each in found.balances)
    return "some untaken" if found.untaken else "read"


@pytest.mark.soak_sized
def test_a_spoiled_export_of_another_tool_is_read_or_refused() -> None:
    outcomes = campaign(moving_case)
    assert outcomes["read"] > 50
    assert outcomes["some untaken"] > 50
    assert outcomes["refused: bad_file"] > 50
    assert outcomes["refused: unknown_shape"] > 10


def test_an_export_of_which_a_number_is_not_checked_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving_files, "_decoded", lambda name, content: content.decode())
    with pytest.raises(UnicodeDecodeError):
        campaign(moving_case, 1_000)


def test_an_export_that_is_nested_too_deeply_is_refused_by_its_entry() -> None:
    deep = b'[{"a": 1}, {"a": ' + b"[" * 3_000 + b"]" * 3_000 + b"}]"
    with pytest.raises(BadInputError, match=r"^bad_file: export its entry 2 is nested too deeply\.$"):
        moved("dub", deep)


def mapping_case(chance: Random) -> str:
    given = spoil.toml_text(chance, corpus.MAPPING)
    try:
        plan = read_mapping(given)
    except BadInputError as error:
        return refusal(error)
    except Exception as error:
        error.add_note(f"the mapping was {shown(given)}")
        raise
    assert canonical(plan.document())
    if chance.random() < 0.1:
        reading(chance.choice([corpus.MAPPED_CSV, corpus.ORDERS_CSV]), plan)
    return "read"


@pytest.mark.soak_sized
def test_a_spoiled_mapping_is_refused_or_can_be_used() -> None:
    outcomes = campaign(mapping_case)
    assert outcomes["read"] > 50
    assert outcomes["refused: bad_mapping"] > 500


def test_a_mapping_that_is_not_checked_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: a format that nobody looked at goes through to the rows."""
    monkeypatch.setattr(mapping, "_check_format", lambda section: None)
    with pytest.raises(Exception, match=r".") as caught:
        campaign(mapping_case, 5_000)
    assert not isinstance(caught.value, BadInputError)


def terms_case(chance: Random) -> str:
    path = chance.choice(corpus.TERMS)
    given = spoil.toml_text(chance, path.read_bytes())
    try:
        return read_terms(given)
    except Exception as error:
        error.add_note(f"the terms were {shown(given)}")
        raise


def read_terms(raw: bytes) -> str:
    """Terms that were read are written, read again and told in sentences; a refusal names each mistake."""
    try:
        terms = terms_document.read(terms_document.parse(raw, "toml"), version=1, effective_at=0)
    except TermsError as error:
        return told(error)
    written = terms_document.document(terms)
    again = terms_document.parse(canonical(written), "json")
    assert terms_document.document(terms_document.read(again, version=1, effective_at=0)) == written
    assert sentences(terms)
    return "read"


@pytest.mark.soak_sized
def test_spoiled_terms_are_refused_or_mean_the_same_when_written_down() -> None:
    assert {read_terms(path.read_bytes()) for path in corpus.TERMS} == {"read"}
    outcomes = campaign(terms_case)
    assert outcomes["read"] > 500
    assert outcomes["refused: terms_invalid"] > 500


def test_terms_of_which_a_zone_is_not_checked_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terms_document, "zone", forgetful(zone))
    with pytest.raises(KeyError, match="planted"):
        campaign(terms_case, 2_000)
