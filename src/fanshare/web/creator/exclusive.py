"""Exclusive: what she writes for her fans alone; looked at first, shown or hidden, changed, and deleted for good."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from fanshare.core import ad_labels
from fanshare.core.errors import FanshareError
from fanshare.core.instants import format_rfc3339
from fanshare.flows import pictures as drawing
from fanshare.flows import posts as writing
from fanshare.flows.authorisation import Role
from fanshare.flows.posts import Draft, Post
from fanshare.store.queries import posts as queries
from fanshare.store.queries.posts import PostRow
from fanshare.web.desk import Here
from fanshare.web.errors import error_page
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Spec, asked
from fanshare.web.said import plain, told
from fanshare.web.sealed_lists import sought
from fanshare.web.seated import field, page, seated

_SHOWN = {"shown": True, "hidden": False}
_COLUMNS = ("title", "written_at", "label", "state")


@seated("creator.exclusive", Role.CREATOR)
def posts(here: Here) -> Any:
    """Her posts, the newest first."""
    shows = {"shown": _("shown to fans"), "hidden": _("hidden")}
    spec = Spec({"show": (_("show"), shows)}, {"newest": _("newest first")}, search=_("title"))
    wish = asked(here.request.GET, spec, here.zone)
    shown = sought(
        wish,
        lambda after, limit: queries.of_creator(
            here.access,
            here.me,
            shown=_SHOWN.get(wish.chosen["show"]),
            since=wish.since,
            until=wish.until,
            before=after and after[0],
            limit=limit,
        ),
        lambda rows: writing.read(here.programme, rows),
        lambda one: one.title,
        lambda one: (one.row.id, 0),
    )
    if wish.form:
        return exported(wish.form, "posts", map(_document, shown.rows), _COLUMNS, cut=shown.cut)
    context = {
        "asked": wish,
        "rows": shown.rows,
        "next": shown.next,
        "gone": here.request.GET.get("gone") == "1",
    }
    return page(here, "creator/exclusive.html", context)


def _document(one: Post) -> dict[str, Any]:
    """A row of the list as the page shows it; the words of all posts are in the copy of her data."""
    row = one.row
    state = "taken_down" if row.closed_at is not None else "hidden" if row.shown_at is None else "shown"
    return {
        "title": one.title,
        "written_at": format_rfc3339(row.written_at),
        "label": "" if one.label is None else one.label.label,
        "state": state,
    }


@seated("creator.exclusive", Role.CREATOR, form=True)
def new(here: Here) -> Any:
    """A new post: looked at first, then shown or kept hidden. Pictures come once it is kept."""
    if here.request.method != "POST":
        return _form(here, Draft("", ""))
    try:
        draft = _draft(here)
        if field(here, "do") == "look":
            return _form(here, draft, look=writing.checked(draft))
        made = writing.write(here.programme, here.me, draft, here.now, shown=field(here, "do") == "show")
    except FanshareError as error:
        return _form(here, _typed(here), problem=_said(error), status=422)
    return _to(here, made)


@seated("creator.exclusive", Role.CREATOR, form=True)
def post(here: Here, number: int) -> Any:
    """One post: as fans see it, to change, to show, to hide, to delete."""
    row = _hers(here, number)
    if row is None:
        return error_page(here.request, 404)
    if here.request.method != "POST":
        return _one(here, row)
    what = field(here, "do")
    try:
        if what == "delete":
            return _delete(here, row)
        if what in _SHOWN:
            return _turn(here, row, what)
        draft = _draft(here)
        if what == "look":
            return _one(here, row, typed=draft, look=writing.checked(draft))
        writing.change(here.programme, here.me, number, draft, here.now)
    except FanshareError as error:
        return _one(here, row, typed=_typed(here), problem=_said(error), status=422)
    return _to(here, number)


@seated("creator.exclusive", Role.CREATOR, form=True)
def pictures(here: Here, number: int) -> Any:
    """Add a picture to a post, or take one out."""
    row = _hers(here, number)
    if row is None:
        return error_page(here.request, 404)
    if here.request.method != "POST":
        return HttpResponseRedirect(_address(here, number))
    try:
        if field(here, "do") == "remove":
            writing.remove_picture(here.programme, here.me, number, field(here, "name"))
        else:
            sent = here.request.FILES.get("picture")
            content = b"" if sent is None else sent.read(drawing.MOST_BYTES + 1)
            writing.add_picture(here.programme, here.me, number, content, field(here, "alt"), here.now)
    except FanshareError as error:
        return _one(here, row, picture_problem=plain(error), status=422)
    return _to(here, number)


@seated("creator.exclusive", Role.CREATOR)
def picture(here: Here, number: int, name: str) -> Any:
    """A picture of a post of hers."""
    return drawn(here, _hers(here, number), name)


def drawn(here: Here, row: PostRow | None, name: str) -> Any:
    """A picture of a post that somebody may read; no cache keeps it, for tomorrow she may no more."""
    content = None if row is None else writing.pixels(here.programme, row, name)
    if content is None:
        return error_page(here.request, 404)
    response = HttpResponse(content, content_type="image/webp")
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _hers(here: Here, number: int) -> PostRow | None:
    return next(iter(queries.of_creator(here.access, here.me, id_=number, limit=1)), None)


def _turn(here: Here, row: PostRow, what: str) -> Any:
    writing.show(here.programme, here.me, row.id, here.now if _SHOWN[what] else None)
    return _to(here, row.id)


def _delete(here: Here, row: PostRow) -> Any:
    if field(here, "sure") != "yes":
        return _one(here, row, unsure=_("Tick the box to say that you mean it."), status=422)
    writing.remove(here.programme, here.me, row.id)
    return HttpResponseRedirect(f"{reverse('creator_exclusive', args=[here.tenant.slug])}?gone=1")


def _one(
    here: Here,
    row: PostRow,
    *,
    typed: Draft | None = None,
    look: Draft | None = None,
    problem: str = "",
    picture_problem: str = "",
    unsure: str = "",
    status: int = 200,
) -> Any:
    kept = writing.read(here.programme, [row])[0]
    context = {
        **_choices(here, typed or Draft(kept.title, kept.words, row.country)),
        "post": kept,
        "look": kept if look is None else _as_post(look, kept),
        "looked": look is not None,
        "pictures": writing.MOST_PICTURES - len(kept.pictures),
        "problem": problem,
        "picture_problem": picture_problem,
        "alt": field(here, "alt") if picture_problem else "",
        "unsure": unsure,
        "kept": here.request.GET.get("kept") == "1",
    }
    return page(here, "creator/exclusive_post.html", context, status=status)


def _form(here: Here, typed: Draft, *, look: Draft | None = None, problem: str = "", status: int = 200) -> Any:
    context = {
        **_choices(here, typed),
        "look": None if look is None else _as_post(look, None),
        "problem": problem,
    }
    return page(here, "creator/exclusive_new.html", context, status=status)


def _choices(here: Here, typed: Draft) -> dict[str, Any]:
    return {
        "typed": typed,
        "countries": sorted(ad_labels.COUNTRIES.values(), key=lambda one: one.code != here.tenant.country),
        "most_title": writing.LONGEST_TITLE,
        "most_words": writing.LONGEST_WORDS,
    }


def _as_post(draft: Draft, kept: Post | None) -> Post:
    """A draft as it would look, with the pictures that hang there already."""
    row = PostRow(0, 0, 0, "", "", draft.country, 0, 0, None, None)
    return Post(row, draft.title, draft.words, () if kept is None else kept.pictures)


def _draft(here: Here) -> Draft:
    return Draft(field(here, "title", 3_000), field(here, "words", 40_000), field(here, "country"))


def _typed(here: Here) -> Draft:
    """What she typed, for the form that says what is wrong with it."""
    title, words, country = (str(here.request.POST.get(name, "")) for name in ("title", "words", "country"))
    return Draft(title[:3_000], words[:40_000], country[:10])


def _said(error: FanshareError) -> str:
    title, words = writing.LONGEST_TITLE, writing.LONGEST_WORDS
    known = {
        "bad_words": _("At most %(title)s characters in the title and %(words)s in the words; shorten them."),
        "address_in_words": _("The title has no addresses; a link stands in the words."),
        "unlabelled_link": _("There is a link in it that you earn by: choose the label that stands before the post."),
        "too_many_posts": _("At most %(day)s posts within a day and %(all)s in all; delete one, or write tomorrow."),
    }
    if error.code not in known:
        return told(error, words)
    said = {"title": title, "words": words, "day": writing.MOST_A_DAY, "all": writing.MOST_POSTS}
    return known[error.code] % said


def _to(here: Here, number: int) -> Any:
    return HttpResponseRedirect(f"{_address(here, number)}?kept=1")


def _address(here: Here, number: int) -> str:
    return str(reverse("creator_exclusive_post", args=[here.tenant.slug, number]))
