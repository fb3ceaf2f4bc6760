"""From every error that an operation may raise to its problem."""

import logging
from typing import Any

import psycopg
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from fanshare.api.problems import by_status, problem
from fanshare.core.errors import FanshareError

log = logging.getLogger(__name__)


def install(api: NinjaAPI) -> None:
    """Make every error of an operation a problem."""
    handlers: list[tuple[type[Exception], Any]] = [
        (FanshareError, lambda _, error: problem(error.status, error.code, error.message)),
        (ValidationError, lambda _, error: _invalid(error)),
        (HttpError, lambda _, error: by_status(error.status_code)),
        (Http404, lambda *_: by_status(404)),
        (RequestDataTooBig, lambda *_: problem(413, "too_large", "A request may hold 1 MB; send it in parts.")),
        (SuspiciousOperation, lambda *_: problem(400, "bad_request", "This request can't be understood.")),
        (psycopg.OperationalError, lambda *_: _away()),
        (psycopg.errors.DataError, lambda *_: problem(422, "invalid", "A value here is none that can be kept.")),
        (Exception, lambda _, error: _fault(error)),
    ]
    for kind, handler in handlers:
        api.add_exception_handler(kind, handler)


def _invalid(error: ValidationError) -> JsonResponse:
    errors = [{"field": _field(one), "detail": str(one.get("msg", ""))[:300]} for one in error.errors[:50]]
    named = ", ".join(dict.fromkeys(one["field"] for one in errors))
    return problem(422, "invalid", f"These are not as documented: {named}.", errors)


def _field(one: dict[str, Any]) -> str:
    """``body.label.country`` for the place that pydantic names, without the name of our own parameter."""
    place = [str(part) for part in one.get("loc", ())]
    kept = place[:1] + place[2:] if place[:1] == ["body"] and len(place) > 1 else place
    return ".".join(kept)[:200]


def _away() -> JsonResponse:
    return problem(503, "database_away", "The books can't be reached at the moment; nothing is lost. Try again soon.")


def _fault(error: Exception) -> JsonResponse:
    log.error("api_fault", exc_info=error)
    return by_status(500)
