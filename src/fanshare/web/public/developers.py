"""The page for developers: every operation of the public API, as the API describes itself."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.shortcuts import render
from django.utils.module_loading import import_string

from fanshare.web.authorisation import require
from fanshare.web.described import examples
from fanshare.web.described.reading import Described, Operation, read
from fanshare.web.language import LANGUAGES, spoken
from fanshare.web.language import gettext as _
from fanshare.web.public.views import readable


@require("public.developers")
@readable
def developers(request: Any) -> Any:
    """The page, the same for everybody; examples call the address under which it is read."""
    described = _described(spoken())
    context = {
        "described": described,
        "examples": _examples(described, f"{request.scheme}://{request.get_host()}"),
        "problems": _problems(),
        "codes": _codes(),
    }
    return render(request, "public/developers.html", context)


@lru_cache(maxsize=len(LANGUAGES))
def _described(_language: str) -> Described:
    """The description taken apart, once for each language: it changes with the program alone."""
    schema, scopes = import_string(settings.API_DESCRIPTION)()
    return read(schema, scopes)


def _examples(described: Described, base: str) -> Mapping[str, tuple[str, str]]:
    """Per operation its request for curl and for the Python client."""

    def both(one: Operation) -> tuple[str, str]:
        return examples.curl(one, described.components, base), examples.python(one, described.components, base)

    return {one.id: both(one) for group in described.groups.values() for one in group}


def _problems() -> tuple[tuple[int, str], ...]:
    """What each status of an error means, and what to do about it."""
    return (
        (400, _("The request can't be read: no JSON, or a host that is not this site. Repair it; asking again "
                "as it is won't help.")),
        (401, _("There is no key, or it is unknown or ended. Send Authorization: Bearer and a key that is in use.")),
        (403, _("The key is good and lacks the scope that stands beside the operation. Make another key.")),
        (404, _("There is nothing by this name in the programme of the key.")),
        (405, _("This address exists and does not take this method; Allow names those that it takes.")),
        (409, _("It contradicts what is known already, such as a key of yours used for another request. Nothing "
                "was changed.")),
        (413, _("A request may hold 1 MB. Send it in parts.")),
        (422, _("A value is not as documented: errors names each field. Nothing was changed.")),
        (429, _("Too many requests with this key. Go on after the seconds that Retry-After says.")),
        (500, _("Our fault, and written down. Nothing was half done; with the same Idempotency-Key it is safe "
                "to ask again.")),
        (503, _("The books can't be reached at the moment. Ask again after Retry-After; with an Idempotency-Key "
                "nothing is done twice.")),
    )  # fmt: skip


def _codes() -> tuple[tuple[str, str], ...]:
    """The codes that every operation may answer with."""
    return (
        ("bad_key", _("the key is missing, unknown or ended")),
        ("scope_missing", _("the key may not do that")),
        ("invalid", _("fields are not as documented; they stand in errors")),
        ("key_reused", _("this Idempotency-Key was sent with another request")),
        ("too_many_requests", _("wait as long as Retry-After says")),
        ("too_large", _("more than 1 MB")),
        ("unknown", _("nothing at this address")),
        ("bad_method", _("the address does not take this method")),
        ("database_away", _("the books can't be reached; ask again")),
        ("fault", _("our fault; nothing was half done")),
    )
