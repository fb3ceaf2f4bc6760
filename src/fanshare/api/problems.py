"""Errors as ``application/problem+json`` (RFC 9457), with the stable codes that everything else uses too."""

from typing import Any

from django.http import JsonResponse

#: What every operation may answer beside its own.
TITLES = {
    400: "Not understood",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Not that way",
    409: "Contradicts what is known",
    413: "Too large",
    422: "Not as documented",
    429: "Too often",
    500: "Our fault",
    503: "Away",
}

_SAID = {
    400: ("bad_request", "The body is no JSON document, or the host is not ours."),
    404: ("unknown", "There is nothing at this address: see /api/v1/openapi.json."),
    405: ("bad_method", "This address does not take that method."),
    500: ("fault", "Something went wrong here, and is written down. Nothing was half done."),
}


def problem(status: int, code: str, detail: str, errors: list[dict[str, str]] | None = None) -> JsonResponse:
    """One problem. ``code`` is stable; ``detail`` says what happened and what to do."""
    title = TITLES.get(status, "Refused")
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail}
    if errors:
        body["errors"] = errors
    response = JsonResponse(body, status=status, content_type="application/problem+json")
    response["Cache-Control"] = "no-store"
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="fanshare"'
    if status == 503:
        response["Retry-After"] = "5"
    return response


def only_problems(get_response: Any) -> Any:
    """A middleware: whatever is refused under the API before an operation is found is a problem too, never a page."""

    def middleware(request: Any) -> Any:
        response = get_response(request)
        if not request.path.startswith("/api/") or response.status_code < 400:
            return response
        if response.headers.get("Content-Type", "").startswith("application/problem+json"):
            return response
        told = by_status(response.status_code)
        if "Allow" in response.headers:
            told["Allow"] = response["Allow"]
        return told

    return middleware


def by_status(status: int) -> JsonResponse:
    """The problem of an answer of which nothing but the status is known."""
    code, said = _SAID.get(status, ("bad_request", "This request can't be answered."))
    return problem(status, code, said)
