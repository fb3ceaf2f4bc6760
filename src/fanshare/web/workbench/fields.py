"""Fields of the workbench's forms, and what a form has to know of the books."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fanshare.core.workbench.documents import Shelf
from fanshare.web.language import gettext as _

type Typed = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One field: ``kind`` is text, date, decimal, number, hidden, or select (then with ``choices``)."""

    name: str
    label: str
    kind: str = "text"
    choices: Mapping[str, str] | None = None
    required: bool = False
    hint: str = ""
    most: int = 40


@dataclass(frozen=True, slots=True)
class Around:
    """What a form has to know: the books, the day, and her programmes (short name -> name)."""

    shelf: Shelf
    today: date
    programmes: Mapping[str, str]

    @property
    def currency(self) -> str:
        """The currency of the books."""
        return self.shelf.settings.currency

    @property
    def known(self) -> dict[str, str]:
        """Her programmes, and those she left that a deal still names."""
        left = {deal.programme: deal.programme for deal in self.shelf.deals.values() if deal.programme}
        return {**left, **self.programmes}

    @property
    def deals(self) -> dict[str, str]:
        """Deals to choose from, the newest first."""
        ordered = sorted(self.shelf.deals.values(), key=lambda deal: (deal.day, deal.id), reverse=True)
        return {"": _("for no deal"), **{deal.id: deal.name for deal in ordered}}
