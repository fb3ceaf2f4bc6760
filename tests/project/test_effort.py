"""One number makes the sized tests larger, and nothing but a positive number does."""

import pytest

from tests.support.effort import VARIABLE, effort


def test_a_size_is_itself_without_a_soak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert effort(7) == 7


def test_a_soak_multiplies_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "20")
    assert effort(7) == 140


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "\N{SUPERSCRIPT TWO}"])
def test_anything_else_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(ValueError, match=VARIABLE):
        effort(1)
