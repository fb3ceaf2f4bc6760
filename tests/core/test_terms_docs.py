"""The reference page names every field and shows what the program really says."""

import re
from pathlib import Path

from fanshare.core.terms import Terms
from fanshare.core.terms_document import parse, read
from fanshare.core.terms_example import worked_order
from tests.core.test_terms_schema import SCHEMA

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "terms.md").read_text()


def smallest(extra: str = "") -> Terms:
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    return read(parse(text + extra, "toml"), version=1, effective_at=0)


def test_the_page_names_every_field_of_the_schema() -> None:
    parts = [
        SCHEMA["properties"]["terms"],
        SCHEMA["properties"]["fans"],
        SCHEMA["$defs"]["rule"],
        SCHEMA["$defs"]["bonus"],
    ]
    fields = [field for part in parts for field in part["properties"]]
    fields += ["per", "amount", "max_percent", "hold_days", "[[commission]]", "[[caps]]", "[code]", "[settlement]"]
    fields += ["[[bonuses]]", "[margin]", "[operator]", "fee_percent"]
    assert [field for field in fields if f"`{field}`" not in PAGE] == []


def test_the_example_of_the_page_is_what_the_program_says() -> None:
    text = worked_order(smallest('[fans]\nbuyer_percent = "5"\n')).text
    assert all(sentence in PAGE for sentence in text[1:4])


def test_the_page_promises_the_defaults_that_hold() -> None:
    terms = smallest()
    assert f'`policy` | `"{terms.policy}"`' in PAGE
    assert f'`time_zone` | `"{terms.time_zone}"`' in PAGE
    assert f"`notice_days` | {terms.notice_days} |" in PAGE
    assert f"`buyer_percent` | {terms.buyer_bps // 100} |" in PAGE
