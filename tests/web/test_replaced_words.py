"""What pages say of a currency that is no more: which took its place, since when, at which rate, and what happens."""

from pathlib import Path

import pytest
from jinja2 import FileSystemLoader

from fanshare import web
from fanshare.core.currencies import EXPONENTS, REPLACED
from fanshare.store.queries.earnings import Purse
from fanshare.web import language, wording
from fanshare.web.templating import environment

TEMPLATES = Path(web.__file__).parent / "templates"


@pytest.mark.parametrize("currency", sorted(REPLACED))
def test_every_replaced_currency_is_explained_and_no_other(currency: str) -> None:
    law, said = REPLACED[currency], wording.replaced(currency)
    assert f"{law.by} took the place of {currency}" in said
    assert f"at {wording.figure(law.per)} {currency} for 1 {law.by}" in said
    assert "exactly what came of it" in said
    assert not any(map(wording.replaced, EXPONENTS))


def test_earnings_say_it_beside_what_is_left_in_it() -> None:
    with language.speaking("de"):
        purse = environment("de", loader=FileSystemLoader(TEMPLATES)).get_template("ui/money.html").module.purse  # type: ignore[attr-defined]
        old, new = (str(purse(Purse(one, 0, 5_000_000, 0, 0, 0))) for one in ("BGN", "EUR"))
    assert "EUR hat am 1.\N{NO-BREAK SPACE}Jan.\N{NO-BREAK SPACE}2026 BGN ersetzt" in old
    assert "1,95583 BGN" in old
    assert "ersetzt" not in new
