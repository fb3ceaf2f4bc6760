"""How the workbench calls things: kinds of entries, platforms, categories, steps, months."""

from fanshare.core.workbench.entries import CATEGORIES, PACES, PLATFORMS, STEPS
from fanshare.core.workbench.results import Month
from fanshare.web.language import gettext, later, spoken

_PLATFORMS = {
    "blog": later("Blog"),
    "podcast": later("Podcast"),
    "newsletter": later("Newsletter"),
    "other": later("Elsewhere"),
    "instagram": "Instagram",
    "tiktok": "TikTok",
    "youtube": "YouTube",
    "twitch": "Twitch",
    "pinterest": "Pinterest",
    "facebook": "Facebook",
}
_CATEGORIES = {
    "material": later("Material and props"),
    "shipping": later("Shipping"),
    "software": later("Software and subscriptions"),
    "studio": later("Room and studio"),
    "travel": later("Travel"),
    "meals": later("Meals"),
    "phone": later("Phone and internet"),
    "advertising": later("Advertising"),
    "fees": later("Fees and insurance"),
    "help": later("Help by others"),
    "learning": later("Learning"),
    "other": later("Other"),
}
_STEPS = {
    "idea": later("Idea"),
    "talks": later("Talks and mails"),
    "script": later("Script"),
    "shoot": later("Shoot"),
    "edit": later("Edit"),
    "review": later("Review and revisions"),
    "publish": later("Publish"),
    "answers": later("Answers to followers"),
    "office": later("Office"),
}
_LEVELS = {1: later("usual"), 2: later("ask"), 3: later("not as it stands")}
_PIECES = {
    "reel": later("Reel, TikTok or short"),
    "story": later("Story"),
    "video": later("Long video"),
    "integration": later("Part of a video or podcast"),
    "ugc": later("Video for the brand’s own use"),
    "post": later("Post"),
    "blog": later("Article"),
    "newsletter": later("Newsletter"),
    "live": later("Live session"),
    "photo": later("Photo"),
}
_EXTRAS = {
    "work": later("The work"),
    "ads": later("Paid advertising with it, for up to six months"),
    "everywhere": later("Use in every medium"),
    "whitelisting": later("Advertising through your account"),
    "exclusivity": later("Exclusivity"),
}
_VERDICTS = {
    "well": later("enough, and in its place"),
    "late": later("too late"),
    "hidden": later("hidden"),
    "weak": later("not enough"),
    "missing": later("no label"),
    "not-needed": later("none needed, as it looks"),
}
_RELATIONS = {
    "paid": later("Money"),
    "gift": later("A product, a trip or an invitation"),
    "commission": later("A part of what is sold"),
    "own": later("It is my own product"),
    "nothing": later("Nothing: I paid for it myself"),
}
_WEEKDAYS = (
    later("Monday"),
    later("Tuesday"),
    later("Wednesday"),
    later("Thursday"),
    later("Friday"),
    later("Saturday"),
    later("Sunday"),
)
_PACES = {1: later("every month"), 3: later("every three months"), 6: later("every half year"), 12: later("every year")}
_MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
    "de": ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
           "November", "Dezember"),
}  # fmt: skip


def platforms() -> dict[str, str]:
    """Platforms by key."""
    return {one: gettext(_PLATFORMS[one]) for one in PLATFORMS}


def categories() -> dict[str, str]:
    """What costs are for, by key."""
    return {one: gettext(_CATEGORIES[one]) for one in CATEGORIES}


def steps() -> dict[str, str]:
    """What is done in an hour, by key."""
    return {one: gettext(_STEPS[one]) for one in STEPS}


def paces() -> dict[str, str]:
    """How often something recurs, by months."""
    return {str(one): gettext(_PACES[one]) for one in PACES}


def levels() -> dict[int, str]:
    """What to make of a passage of a contract."""
    return {one: gettext(text) for one, text in _LEVELS.items()}


def pieces() -> dict[str, str]:
    """Kinds of things that are made for a fee."""
    return {one: gettext(text) for one, text in _PIECES.items()}


def extras() -> dict[str, str]:
    """Parts of a floor fee."""
    return {one: gettext(text) for one, text in _EXTRAS.items()}


def verdicts() -> dict[str, str]:
    """What there is to say about a draft's label."""
    return {one: gettext(text) for one, text in _VERDICTS.items()}


def relations() -> dict[str, str]:
    """What she may get for a post."""
    return {one: gettext(text) for one, text in _RELATIONS.items()}


def hours(minutes: int) -> str:
    """Minutes as hours to a half, rounded up: ``7``, ``7.5``."""
    halves = -(-minutes // 30)
    return f"{halves // 2}.5" if halves % 2 else str(halves // 2)


def vehicles() -> dict[str, str]:
    """What a way is driven by."""
    return {"car": gettext("Car"), "motorcycle": gettext("Motorcycle")}


def month(which: Month) -> str:
    """``November 2026``."""
    return f"{_MONTHS[spoken()][which[1] - 1]} {which[0]}"


def weekdays() -> list[str]:
    """The days of a week, Monday first."""
    return [gettext(one) for one in _WEEKDAYS]


def clock(minutes: int) -> str:
    """Minutes as hours: ``1:30``."""
    return f"{minutes // 60}:{minutes % 60:02d}"
