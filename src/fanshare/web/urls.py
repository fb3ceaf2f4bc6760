"""Every address of the web application, one module of addresses a role."""

from django.urls import include, path, register_converter
from django.urls.converters import IntConverter

from fanshare.web.branching import branched


class RowConverter(IntConverter):  # type: ignore[misc]
    """The number of a row: what no row can have is no address."""

    regex = "[0-9]{1,18}"


register_converter(RowConverter, "row")

#: One after the other, as they are read.
WRITTEN_DOWN = [
    path("", include("fanshare.web.public.urls")),
    path("", include("fanshare.web.account.urls")),
    path("", include("fanshare.web.joining.urls")),
    path("", include("fanshare.web.creator.urls")),
    path("", include("fanshare.web.workbench.urls")),
    path("", include("fanshare.web.fan.urls")),
    path("", include("fanshare.web.appeals.urls")),
    path("", include("fanshare.web.claims.urls")),
    path("", include("fanshare.web.credit.urls")),
    path("", include("fanshare.web.payee.urls")),
    path("", include("fanshare.web.brand.urls")),
    path("", include("fanshare.web.operator.urls")),
]
urlpatterns = branched(WRITTEN_DOWN)

handler400 = "fanshare.web.errors.bad_request"
handler404 = "fanshare.web.errors.not_found"
handler500 = "fanshare.web.errors.server_error"
