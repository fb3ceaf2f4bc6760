"""Accounts as people type them: what a bank would refuse is refused at once, and nothing of them gets into a log."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.iban import EEA, LENGTHS, SEPA, with_check_digits
from fanshare.core.payee_account import (
    Account,
    Kind,
    grouped,
    iban_account,
    masked,
    packed,
    unpacked,
    us_account,
)
from fanshare.core.routing import with_check_digit

CLEOS = "DE89370400440532013000"
ROUTING = "021000021"


def refused(*typed: str) -> str:
    with pytest.raises(BadInputError) as error:
        iban_account(*typed)
    for text in typed[1:]:
        assert not text or text not in str(error.value), "errors are logged"
    return error.value.code


def test_an_iban_is_taken_as_people_type_it() -> None:
    account = iban_account(" Cleo  Canary ", "de89 3704-0044 0532 0130 00")
    assert (account.holder, account.number, account.currency) == ("Cleo Canary", CLEOS, "EUR")
    assert masked(account) == "DE … 3000"
    assert grouped(account.number) == "DE89 3704 0044 0532 0130 00"


@pytest.mark.parametrize(
    ("iban", "bic", "code"),
    [
        ("", "", "iban_form"),
        ("3704 0044", "", "iban_form"),
        ("DE89٣70400440532013000", "", "iban_form"),
        ("XX89370400440532013000", "", "iban_country"),
        ("DE8937040044053201300", "", "iban_length"),
        ("DE89370400440532013001", "", "iban_checksum"),
        ("DE98370400440532013000", "", "iban_checksum"),
        ("TR330006100519786457841326", "", "iban_reach"),
        ("CH9300762011623852957", "", "bic_missing"),
        (CLEOS, "DEUT", "bic_form"),
        (CLEOS, "CHASUS33", "bic_country"),
    ],
)
def test_what_a_bank_would_refuse_is_refused_with_a_reason(iban: str, bic: str, code: str) -> None:
    assert refused("Cleo", iban, bic) == code


def test_outside_the_economic_area_the_bic_is_asked_for() -> None:
    assert iban_account("Cleo", "CH9300762011623852957", "UBSWCHZH80A").bank == "UBSWCHZH80A"


@given(st.sampled_from(sorted(SEPA)), st.text("0123456789", min_size=30, max_size=30), st.data())
def test_one_wrong_figure_is_always_found(country: str, figures: str, data: st.DataObject) -> None:
    iban = with_check_digits(country, figures[: LENGTHS[country] - 4])
    bic = "" if country in EEA else f"TEST{country}22"
    assert iban_account("Cleo", iban, bic).number == iban
    place = data.draw(st.integers(2, len(iban) - 1))
    other = data.draw(st.sampled_from([one for one in "0123456789" if one != iban[place]]))
    assert refused("Cleo", iban[:place] + other + iban[place + 1 :], bic) == "iban_checksum"


@pytest.mark.parametrize("name", ["", "  ", "...", "李小龙", "Cleo 🦊", "x" * 71, "Cleo\x00", "ß" * 36])
def test_a_name_that_no_bank_can_write_is_refused(name: str) -> None:
    assert refused(name, CLEOS) == "bad_holder"


def test_a_name_is_kept_as_the_bank_will_write_it() -> None:
    assert iban_account("Zoë Grün-Łuczak & Co.", CLEOS).holder == "Zoe Gruen-Luczak + Co."


def test_an_account_in_the_united_states_is_checked_too() -> None:
    account = us_account("Finn", "021 000 021", "000-123 456789", savings=True)
    assert account == Account(Kind.US, "Finn", "000123456789", ROUTING, True)
    assert (masked(account), account.currency) == ("… 6789", "USD")
    assert masked(us_account("Finn", ROUTING, "12345")) == "… 45"
    wrong = [("021000022", "12345678", "bad_routing"), ("", "12345678", "bad_routing"), (ROUTING, "123", "bad_number")]
    wrong += [(ROUTING, "1" * 18, "bad_number"), (ROUTING, "ABCDEF", "bad_number"), (ROUTING, "12.34", "bad_number")]
    for routing, number, code in wrong:
        with pytest.raises(BadInputError) as error:
            us_account("Finn", routing, number)
        assert error.value.code == code


@given(st.text("0123456789", min_size=8, max_size=8), st.text("0123456789", min_size=4, max_size=17))
def test_what_is_packed_comes_back_and_shows_at_most_four_figures(eight: str, number: str) -> None:
    account = us_account("Finn Fox", with_check_digit(eight) if eight.strip("0") else ROUTING, number)
    assert unpacked(packed(account)) == account
    shown = masked(account).removeprefix("… ")
    assert number.endswith(shown)
    assert len(shown) <= min(4, len(number) // 2)


def test_a_representation_tells_the_kind_and_nothing_else() -> None:
    for account in (iban_account("Cleo Canary", CLEOS, "COBADEFFXXX"), us_account("Cleo Canary", ROUTING, "12345678")):
        for secret in (account.holder, account.number, account.bank, account.number[-4:]):
            assert secret not in repr(account)


def test_an_account_that_was_sealed_before_there_were_other_currencies_is_read() -> None:
    known = json.loads(packed(iban_account("Finn Fox", "AT611904300234573201")))
    del known["money"]
    assert unpacked(json.dumps(known).encode()) == iban_account("Finn Fox", "AT611904300234573201")
