"""Whether creators may see how often things come back: what they would see, and the switch."""

from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.returns import FEWEST
from fanshare.flows import returns
from fanshare.flows.authorisation import Role
from fanshare.store.queries import products
from fanshare.store.queries import returns as rows
from fanshare.web.came_back import told
from fanshare.web.desk import Here
from fanshare.web.seated import field, page, seated

#: Products that the page shows as an example.
_SHOWN = 20


@seated("brand.products", Role.BRAND, Role.OPERATOR, form=True)
def returning(here: Here) -> Any:
    """What there is to see of the newest products, and the form that lets creators see it or not."""
    if here.request.method == "POST":
        returns.show(here.access, field(here, "shown", 3) == "yes", here.now)
        return HttpResponseRedirect(f"{here.request.path}?kept=1")
    counted = here.desk.returns(here.programme, here.tenant, here.now)
    goods = products.listed(here.access, state="there", limit=_SHOWN)
    context = {
        "shown": rows.are_shown(here.access),
        "kept": here.request.GET.get("kept") == "1",
        "whole": told(counted.whole),
        "goods": [(one.title, told(counted.of(one.endpoint, one.external_id))) for one in goods],
        "fewest": FEWEST,
    }
    return page(here, "brand/returns.html", context)
