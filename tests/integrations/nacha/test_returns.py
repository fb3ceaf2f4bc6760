"""Returns and notifications of change: read, matched to the cent, and what is left to a person."""

from dataclasses import replace

import pytest

from fanshare.core.errors import BadInputError
from fanshare.integrations.nacha.reasons import REASONS, asks_for_new_details, reason_sentence
from fanshare.integrations.nacha.returns import Correction, match, read_answers
from fanshare.integrations.nacha.write import write
from tests.integrations.nacha.samples import answered, file, with_entries

CLEO, FINN = "fs-1-cleo", "fs-1-finn"


def test_a_return_names_its_entry_amount_reason_and_day() -> None:
    found = match(read_answers(answered(file(), [(CLEO, "R02"), ("fs-1-studio", "R03")])), [file()])
    assert [(name, one.code, one.micros, str(one.day)) for name, one in found.returns.items()] == [
        (CLEO, "R02", 1_416_000_000, "2026-12-01"),
        ("fs-1-studio", "R03", 25_500_000, "2026-12-01"),
    ]
    assert (found.changes, found.unclear) == ({}, [])


@pytest.mark.parametrize(
    ("code", "correction"),
    [
        ("C01", Correction(account="1918171614")),
        ("C02", Correction(routing="091000019")),
        ("C03", Correction(routing="091000019", account="1918171614")),
        ("C04", Correction(name="CLEO MEIER")),
        ("C05", Correction(kind="32")),
        ("C06", Correction(account="1918171614", kind="32")),
        ("C07", Correction(routing="091000019", account="1918171614", kind="32")),
        ("C09", Correction()),
    ],
)
def test_a_notification_says_what_is_right_and_the_money_stays_where_it_went(code: str, correction: Correction) -> None:
    found = match(read_answers(answered(file(), [(FINN, code)])), [file()])
    assert [one.correction for one in found.changes[FINN]] == [correction]
    assert found.returns == {}
    assert not found.changes[FINN][0].returned


def test_a_file_without_answers_has_none() -> None:
    assert read_answers(answered(file(), [])) == []
    assert match([], [file()]).returns == {}


def test_an_answer_to_an_entry_that_was_never_sent_or_with_another_amount_is_unclear() -> None:
    answers = read_answers(answered(file(), [(CLEO, "R02")]))
    assert match(answers, []).unclear == answers
    other = [replace(answers[0], micros=1_415_990_000)]
    assert match(other, [file()]).unclear == other
    stranger = [replace(answers[0], identification="fs-9")]
    assert match(stranger, [file()]).unclear == stranger


def test_the_same_return_read_twice_counts_once_and_another_one_is_unclear() -> None:
    answers = read_answers(answered(file(), [(CLEO, "R02")]))
    assert match(answers * 2, [file()]).unclear == []
    second = replace(answers[0], code="R03")
    assert match([*answers, second], [file()]).unclear == [second]


@pytest.mark.parametrize("code", ["R61", "R69", "R70", "C61"])
def test_what_banks_dispute_between_each_other_concludes_nothing(code: str) -> None:
    found = match(read_answers(answered(file(), [(CLEO, code)])), [file()])
    assert (found.returns, found.changes) == ({}, {})
    assert [one.code for one in found.unclear] == [code]


def test_two_files_that_begin_their_traces_alike_are_told_apart_by_identification() -> None:
    entries = tuple(replace(entry, identification="fs-2" + entry.identification) for entry in file().batches[0].entries)
    second = with_entries(file(), entries)
    found = match(read_answers(answered(second, [("fs-2fs-1-cleo", "R02")])), [file(), second])
    assert set(found.returns) == {"fs-2fs-1-cleo"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"R02", b"X02", "ach_answer"),
        (b"R02", b"C02", "ach_answer"),
        (b"799R02121042880000001", b"799R02               ", "ach_answer"),
        (b"0000141600fs-1", b"0000141601fs-1", "ach_sums"),
        (b"0000141600fs-1", b"0000 41600fs-1", "ach_sums"),
        (b"0002100002", b"0002100003", "ach_sums"),
    ],
)
def test_an_answer_that_is_not_whole_is_refused(old: bytes, new: bytes, code: str) -> None:
    raw = answered(file(), [(CLEO, "R02")])
    assert old in raw
    with pytest.raises(BadInputError) as caught:
        read_answers(raw.replace(old, new))
    assert caught.value.code == code


def test_a_correction_may_fill_its_fields_to_the_last_column() -> None:
    raw = answered(file(), [(FINN, "C07")])
    full = raw.replace(b"0910000191918171614       32", b"091000019123456789012345673222"[:28])
    assert match(read_answers(full), [file()]).changes[FINN][0].correction == Correction(
        routing="091000019", account="12345678901234567", kind="32"
    )


def test_addenda_of_other_kinds_and_entries_without_any_are_passed_over() -> None:
    sent = file()
    one, other = sent.batches[0].entries
    thanks = replace(one, indicator="1", addenda=("705" + "Thank you".ljust(80) + "00010000001",))
    assert read_answers(write(with_entries(sent, [thanks, other]))) == []


def test_reasons_say_what_to_do() -> None:
    assert all(len(code) == 3 and text.endswith(".") for code, text in REASONS.items())
    assert asks_for_new_details("R03")
    assert asks_for_new_details("C01")
    assert not asks_for_new_details("R24")
    assert "Ask the bank" in reason_sentence("R99")
