"""A bank's answer to a file becomes an answer for each transfer, or stays open."""

import pytest

from fanshare.core.errors import BadInputError
from fanshare.integrations.sepa.read_status import Answer, Outcome, answers, read_status, strangers
from fanshare.integrations.sepa.reasons import REASONS, asks_for_new_details, reason_code, reason_sentence
from tests.integrations.sepa.bank import STATUS_VERSIONS, status_report
from tests.integrations.sepa.samples import order, schema_errors

CLEO, FINN = "fs-1-cleo", "fs-1-finn"


@pytest.mark.parametrize("version", STATUS_VERSIONS)
def test_a_transfer_that_is_rejected_alone_is_told_with_its_reason(version: str) -> None:
    raw = status_report(order(), version=version, group="PART", each=[(CLEO, "RJCT", "AC01"), (FINN, "ACSC", "")])
    assert schema_errors(f"pain.002.001.{version}", raw) == []
    found = answers(read_status(raw), order())
    assert found == {CLEO: Answer(Outcome.REJECTED, ("AC01",)), FINN: Answer(Outcome.SETTLED)}


@pytest.mark.parametrize("version", STATUS_VERSIONS)
@pytest.mark.parametrize("level", ["group", "payment"])
def test_a_rejected_file_or_payment_rejects_all_its_transfers(version: str, level: str) -> None:
    raw = status_report(order(), version=version, **{level: "RJCT"})  # type: ignore[arg-type]
    assert schema_errors(f"pain.002.001.{version}", raw) == []
    found = answers(read_status(raw), order())
    assert {name: answer.outcome for name, answer in found.items()} == dict.fromkeys((CLEO, FINN), Outcome.REJECTED)


def test_what_is_not_told_stays_open() -> None:
    assert answers(read_status(status_report(order())), order()) == {}
    partly = answers(read_status(status_report(order(), group="PART", each=[(CLEO, "RJCT", "")])), order())
    assert set(partly) == {CLEO}


def test_a_payment_taken_on_with_one_rejected_says_both() -> None:
    found = answers(read_status(status_report(order(), payment="ACCP", each=[(FINN, "RJCT", "MD07")])), order())
    assert found == {CLEO: Answer(Outcome.ACCEPTED), FINN: Answer(Outcome.REJECTED, ("MD07",))}


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("RCVD", Outcome.PENDING), ("ACTC", Outcome.ACCEPTED), ("ACSP", Outcome.ACCEPTED), ("ACSC", Outcome.SETTLED),
        ("ACCC", Outcome.SETTLED), ("CANC", Outcome.REJECTED), ("RVNM", Outcome.PENDING), ("WHAT", Outcome.UNCLEAR),
    ],
)  # fmt: skip
def test_a_status_means_no_more_than_it_says(code: str, outcome: Outcome) -> None:
    assert answers(read_status(status_report(order(), each=[(CLEO, code, "")])), order())[CLEO].outcome is outcome


@pytest.mark.parametrize(
    ("group", "each"),
    [
        ("RJCT", [(CLEO, "ACSC", "")]),
        ("", [(CLEO, "ACSC", ""), (CLEO, "RJCT", "")]),
        ("ACCP", [(CLEO, "SOMETHING", "")]),
    ],
)
def test_contradictions_conclude_nothing(group: str, each: list[tuple[str, str, str]]) -> None:
    assert (
        answers(read_status(status_report(order(), group=group, each=each)), order())[CLEO].outcome is Outcome.UNCLEAR
    )


def test_another_amount_than_was_sent_concludes_nothing() -> None:
    raw = status_report(order(), each=[(CLEO, "ACSC", "")])
    for amount, outcome in (("1416.00", Outcome.SETTLED), ("1416.01", Outcome.UNCLEAR)):
        told = f'<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">{amount}</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>'
        changed = raw.replace(b"</TxInfAndSts>", told.encode())
        assert schema_errors("pain.002.001.03", changed) == []
        assert answers(read_status(changed), order())[CLEO].outcome is outcome


def test_a_transfer_named_by_its_instruction_id_alone_is_found() -> None:
    raw = status_report(order(), each=[(CLEO, "RJCT", "AC04")]).replace(b"OrgnlEndToEndId", b"OrgnlInstrId")
    assert answers(read_status(raw), order())[CLEO].outcome is Outcome.REJECTED


def test_references_that_the_file_does_not_have_are_named() -> None:
    assert strangers(read_status(status_report(order(), each=[("x-1", "RJCT", ""), (CLEO, "RJCT", "")])), order()) == [
        "x-1"
    ]


def test_an_answer_about_another_file_is_refused() -> None:
    raw = status_report(order()).replace(b"fs-run-1", b"fs-run-2")
    with pytest.raises(BadInputError, match="another file"):
        answers(read_status(raw), order())


@pytest.mark.parametrize("raw", [b"<Document/>", status_report(order()).replace(b"fs-run-1", b"")])
def test_what_is_no_answer_is_refused(raw: bytes) -> None:
    with pytest.raises(BadInputError) as caught:
        read_status(raw)
    assert caught.value.code == "not_a_status_report"


def test_reasons_say_what_to_do_and_words_of_a_bank_are_not_kept() -> None:
    assert all(len(code) == 4 and text.count(".") >= 1 for code, text in REASONS.items())
    assert asks_for_new_details("AC04")
    assert not asks_for_new_details("AM04")
    assert "Ask the bank" in reason_sentence("ZZ99")
    assert reason_code("Account of Cleo closed") == "other"
