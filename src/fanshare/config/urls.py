"""Every address of the installation: the public API, and the pages beside it."""

from functools import cache
from typing import Any

from django.urls import include, path

from fanshare.api.app import make_api

api = make_api()


@cache
def described() -> tuple[dict[str, Any], dict[str, str]]:
    """What the API says of itself (OpenAPI 3.1), and by operation id the scope that a key needs."""
    return api.get_openapi_schema(), api.scopes()


urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("fanshare.web.urls")),
]

handler400 = "fanshare.web.errors.bad_request"
handler404 = "fanshare.web.errors.not_found"
handler500 = "fanshare.web.errors.server_error"
