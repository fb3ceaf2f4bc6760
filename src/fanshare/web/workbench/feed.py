"""The plan as a calendar, for programs that subscribed to it: whoever has its address reads it, signed in or not."""

from typing import Any

from django.http import HttpResponse

from fanshare.flows import workbench_feed
from fanshare.web import site
from fanshare.web.authorisation import require
from fanshare.web.errors import error_page
from fanshare.web.public.views import readable


@require("public.feed")
@readable
def feed(request: Any, secret: str) -> Any:
    """The calendar under a secret address. No cache keeps it."""
    with site.of(request).desk.open() as conn:
        text = workbench_feed.read(conn, secret)
    if text is None:
        return error_page(request, 404)
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
