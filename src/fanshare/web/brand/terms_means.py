"""What a draft of terms means: one order worked out, sentences, past orders, and the form that publishes it."""

import json
from typing import Any

from fanshare.core.sharing import Shares
from fanshare.core.terms import Terms
from fanshare.core.terms_document import MAX_DOCUMENT_BYTES, document
from fanshare.flows import terms_draft
from fanshare.flows.terms_draft import Looked
from fanshare.web.brand.who import may
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.pages_port import Split
from fanshare.web.public.explaining import Bar, bar
from fanshare.web.seated import field


def begun_with(here: Here) -> Terms:
    """The terms with which a form begins: the newest ones, or the draft that another form sent along."""
    return terms_draft.begun(here.programme.book.newest, field(here, "document", MAX_DOCUMENT_BYTES))


def means(here: Here, looked: Looked | None) -> dict[str, Any]:
    """What every page shows that changes terms; ``draft`` is the document looked at, where it is another one."""
    newest = here.programme.book.newest
    changed = looked is not None and not looked.same
    compared = changed and newest.version > 0
    return {
        "newest": newest,
        "looked": looked,
        "draft": json.dumps(document(looked.terms)) if looked and changed else "",
        "bars": bars(looked) if looked else [],
        "compared": terms_draft.compared(here.programme, looked.terms, here.now) if looked and compared else [],
        "most": terms_draft.MOST_ORDERS,
        "may_publish": may(here, "brand.terms"),
    }


def bars(looked: Looked) -> list[tuple[str, Bar]]:
    """The worked order: brought by a fan, and by the creator herself."""
    worked, currency = looked.example.before, looked.example.currency
    through_fan = Shares(worked.creator, worked.fan, worked.buyer)
    alone = Shares(worked.creator_alone, 0, 0)
    both = ((_("An order that a fan brings"), through_fan), (_("An order that the creator brings"), alone))
    return [(words, bar(Split(currency, worked.net, shares), creator=_("the creator"))) for words, shares in both]
