"""Error pages: what happened, what is safe, what to do. They read nothing from the store, which may be the culprit."""

from dataclasses import dataclass
from typing import Any

from django.shortcuts import render

from fanshare.core.errors import FanshareError
from fanshare.web.language import gettext, later
from fanshare.web.said import translated


@dataclass(frozen=True, slots=True)
class Words:
    """The three things an error page says."""

    happened: str
    safe: str
    do: str


WORDS = {
    400: Words(
        later("We could not read this request"),
        later("Nothing was changed by it."),
        later("Check the address, or follow the link again from where you found it."),
    ),
    403: Words(
        later("This page is not for you"),
        later("Nothing was shown or changed."),
        later(
            "If you have another address here, sign out and sign in with that one; "
            "otherwise ask whoever runs this site."
        ),
    ),
    404: Words(
        later("There is no page here"),
        later("Nothing is lost: what you earned stays where it is."),
        later("The address may be mistyped or cut short. Open the link again from where you found it."),
    ),
    405: Words(
        later("This page can only be read"), later("Nothing was changed."), later("Open the address in your browser.")
    ),
    429: Words(
        later("That was a little too often"),
        later("Nothing was changed."),
        later("Wait ten minutes and try again."),
    ),
    500: Words(
        later("Something broke on our side"),
        later("Your money and your orders are safe: this page only reads them."),
        later("Try again in a minute. If it stays, tell whoever runs this site when it happened."),
    ),
    503: Words(
        later("We are not ready yet"),
        later("Your money and your orders are safe: this page only reads them."),
        later("Try again in a minute."),
    ),
}


def error_page(request: Any, status: int, happened: str | FanshareError = "") -> Any:
    """The page for a status, headed by ``happened`` where a plain sentence is known, translated or English."""
    known = WORDS.get(status, WORDS[400 if status < 500 else 500])
    words = Words(gettext(known.happened), gettext(known.safe), gettext(known.do))
    said, foreign = _headed(happened) if happened else (words.happened, False)
    context = {"status": status, "words": words, "happened": said, "foreign": foreign}
    return render(request, "public/error.html", context, status=status)


def _headed(happened: str | FanshareError) -> tuple[str, bool]:
    """A sentence in the language spoken, and whether it is English although another one is."""
    if isinstance(happened, FanshareError):
        said = translated(happened)
        return (happened.message, True) if said is None else (said, False)
    return gettext(happened), False


def bad_request(request: Any, exception: Exception | None = None) -> Any:  # noqa: ARG001 - Django's signature
    """Django's handler400."""
    return error_page(request, 400)


def not_found(request: Any, exception: Exception | None = None) -> Any:  # noqa: ARG001 - Django's signature
    """Django's handler404."""
    return error_page(request, 404)


def server_error(request: Any) -> Any:
    """Django's handler500."""
    return error_page(request, 500)


def forged(request: Any, reason: str = "") -> Any:  # noqa: ARG001 - Django's signature
    """Django's ``CSRF_FAILURE_VIEW``: a form that was not sent from a page of ours."""
    return error_page(request, 403, later("This form is too old, or came from another site"))
