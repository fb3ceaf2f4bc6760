"""Before she posts: whether a draft says that it is advertising, in a word that is enough, and where people see it."""

from typing import Any

from fanshare.core import ad_labels
from fanshare.core.errors import BadInputError
from fanshare.core.workbench import disclosure
from fanshare.core.workbench.disclosure import Judged, Verdict, judge
from fanshare.core.workbench.typed import one_of
from fanshare.flows import clauses
from fanshare.web.language import gettext, spoken
from fanshare.web.said import plain
from fanshare.web.workbench import words
from fanshare.web.workbench.bench import Bench, benched, page

_MEND = {Verdict.LATE, Verdict.HIDDEN, Verdict.WEAK, Verdict.MISSING}


@benched(form=True)
def post(bench: Bench) -> Any:
    """Paste a draft, say where it goes and what she gets for it, and read whether its label is enough."""
    rules, asked = clauses.disclosures(), bench.request.POST
    values = {"text": "", "country": _usual_country(), "platform": "instagram", "relation": "paid"}
    values |= {name: str(asked[name])[: disclosure.MOST] for name in values if name in asked}
    judged: Judged | None = None
    problem = ""
    if bench.request.method == "POST":
        try:
            country = rules.countries[one_of(values["country"], rules.countries)]
            platform = rules.platforms[one_of(values["platform"], rules.platforms)]
            judged = judge(values["text"], country, platform, values["relation"])
        except BadInputError as error:
            problem = plain(error)
    context: dict[str, Any] = {"values": values, "judged": judged, "problem": problem, "mended": ""}
    if judged is not None:
        mended = disclosure.mended(values["text"], country) if judged.verdict in _MEND else ""
        context |= {"country": country, "platform": platform, "language": spoken(), "mended": mended}
    return page(bench, "workbench/post.html", context | _choices(), status=422 if problem else 200)


def _choices() -> dict[str, dict[str, str]]:
    rules = clauses.disclosures()
    return {
        "called": words.verdicts(),
        "countries": {code: gettext(ad_labels.COUNTRIES[code].name) for code in rules.countries},
        "platforms": {id_: gettext(ad_labels.PLATFORMS[id_]) for id_ in rules.platforms},
        "relations": words.relations(),
    }


def _usual_country() -> str:
    return "DE" if spoken() == "de" else "GB"
