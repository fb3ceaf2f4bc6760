"""Every address of the installation: the public API, and the pages beside it."""

from django.urls import include, path

from fanshare.api.app import make_api

api = make_api()

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("fanshare.web.urls")),
]

handler400 = "fanshare.web.errors.bad_request"
handler404 = "fanshare.web.errors.not_found"
handler500 = "fanshare.web.errors.server_error"
