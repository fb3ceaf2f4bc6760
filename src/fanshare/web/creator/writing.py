"""Her page: a picture, words, sections; looked at before it is kept, and shown to everybody from then on."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError
from fanshare.flows import own_page, pictures
from fanshare.flows.authorisation import Role
from fanshare.store.queries import creator_pages
from fanshare.web.desk import Here
from fanshare.web.pages_port import PublicPicture, PublicSection
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated


@dataclass(frozen=True, slots=True)
class Look:
    """Her page as others would see it."""

    about: str
    sections: tuple[PublicSection, ...]
    picture: PublicPicture | None


@seated("creator.page", Role.CREATOR, form=True)
def page_of_hers(here: Here) -> Any:
    """The words and sections of her page; what she typed is shown before it is kept, if she wishes."""
    if here.request.method != "POST":
        written = creator_pages.page(here.access, here.me)
        return _form(here, own_page.Page(written.words, written.sections))
    try:
        typed = own_page.Page(field(here, "words", 10_000), tuple(_section(here, n) for n in _places()))
        if field(here, "do") == "look":
            return _form(here, typed, look=own_page.checked(typed))
        own_page.save(here.programme, here.me, typed, here.now)
    except BadInputError as error:
        raw = own_page.Page(
            _raw(here, "words"), tuple((_raw(here, f"heading-{n}"), _raw(here, f"words-{n}")) for n in _places())
        )
        return _form(here, raw, problem=plain(error), status=422)
    return HttpResponseRedirect(f"{here.request.path}?kept=1")


@seated("creator.page", Role.CREATOR, form=True)
def picture(here: Here) -> Any:
    """A picture in the place of the one before, or none."""
    if here.request.method != "POST":
        return HttpResponseRedirect(_address(here))
    try:
        if field(here, "do") == "remove":
            own_page.remove_picture(here.programme, here.me, here.now)
        else:
            sent = here.request.FILES.get("picture")
            content = b"" if sent is None else sent.read(pictures.MOST_BYTES + 1)
            own_page.set_picture(here.programme, here.me, content, field(here, "alt"), here.now)
    except BadInputError as error:
        written = creator_pages.page(here.access, here.me)
        stands = own_page.Page(written.words, written.sections)
        return _form(here, stands, picture_problem=plain(error), status=422)
    return HttpResponseRedirect(f"{_address(here)}?kept=1")


def _form(
    here: Here,
    typed: own_page.Page,
    *,
    look: own_page.Page | None = None,
    problem: str = "",
    picture_problem: str = "",
    status: int = 200,
) -> Any:
    written = creator_pages.page(here.access, here.me)
    hung = creator_pages.picture(here.access, written.picture) if written.picture else None
    shown = None if hung is None else _shown(here, written, hung)
    empty = (("", ""),) * (own_page.MOST_SECTIONS - len(typed.sections))
    context = {
        "typed": typed,
        "sections": list(enumerate((*typed.sections, *empty), 1)),
        "filled": len([one for one in typed.sections if any(one)]),
        "picture": shown,
        "page": None if look is None else Look(look.words, tuple(PublicSection(*one) for one in look.sections), shown),
        "problem": problem,
        "picture_problem": picture_problem,
        "alt": field(here, "alt") or written.alt,
        "kept": here.request.GET.get("kept") == "1",
    }
    return page(here, "creator/page.html", context, status=status)


def _shown(here: Here, written: creator_pages.PageRow, hung: creator_pages.PictureRow) -> PublicPicture:
    href = reverse("picture", args=[here.tenant.slug, written.picture])
    return PublicPicture(str(href), written.alt, hung.width, hung.height)


def _places() -> range:
    return range(1, own_page.MOST_SECTIONS + 1)


def _section(here: Here, number: int) -> tuple[str, str]:
    return field(here, f"heading-{number}"), field(here, f"words-{number}", 10_000)


def _raw(here: Here, name: str) -> str:
    """A field as it was typed, for the form that says what is wrong with it."""
    return str(here.request.POST.get(name, ""))


def _address(here: Here) -> str:
    return str(reverse("creator_page", args=[here.tenant.slug]))
