"""Posts for fans alone: what a creator writes, in markdown and with pictures, for whoever shares for her.

Nothing has to be bought. Who may read is asked of the database for each page and each picture: a fan with a link for
this creator that is hers and active at this moment. Title, words and pictures lie in the vault under the creator's key,
so that what is not public is not lying about, and is gone with her.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from fanshare.core import ad_labels, plain_words
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import DAY, Instant
from fanshare.flows import own_page, pictures
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.letters import Say
from fanshare.store.access import Access
from fanshare.store.queries import creator_pages, fans, post_reports, posts
from fanshare.store.queries.posts import PictureRow, PostRow

LONGEST_TITLE, LONGEST_WORDS = 120, 8_000
#: Posts that a creator may write within a day and have in all; pictures of one post and in all.
MOST_A_DAY, MOST_POSTS, MOST_PICTURES, MOST_PICTURES_IN_ALL = 20, 1_000, 4, 1_000
#: How the kinds of items in the vault begin that belong to posts.
KINDS = "post "
_IN_A_MAIL = 5


@dataclass(frozen=True, slots=True)
class Draft:
    """What she typed: a title, words in markdown, and the country of its advertising label (empty: it has none)."""

    title: str
    words: str
    country: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with what it shows in words."""

    row: PictureRow
    shows: str


@dataclass(frozen=True, slots=True)
class Post:
    """A post with what lies in the vault."""

    row: PostRow
    title: str
    words: str
    pictures: tuple[Picture, ...]

    @property
    def label(self) -> ad_labels.Country | None:
        """The advertising label that stands before it, ``None`` where it advertises nothing."""
        return label_of(self.row.country)


def label_of(country: str) -> ad_labels.Country | None:
    """The label of a country, ``None`` for none."""
    return ad_labels.country(country) if country else None


def checked(draft: Draft) -> Draft:
    """The draft as it is kept.

    Raises ``BadInputError``: ``words_missing``, ``bad_words``, ``address_in_words`` (in a title), ``unknown_country``,
    ``unlabelled_link``.
    """
    title = plain_words.one_line(draft.title, LONGEST_TITLE)
    words = own_page.written(draft.words, LONGEST_WORDS)
    if not words:
        raise BadInputError("words_missing", "Write something first.")
    country = ad_labels.country(draft.country).code if draft.country else ""
    if own_page.earns(words) and not country:
        told = "There is a link in it that you earn by: choose the label that stands before the post."
        raise BadInputError("unlabelled_link", told)
    return Draft(title, words, country)


def write(programme: Programme, creator: int, draft: Draft, now: Instant, *, shown: bool) -> int:
    """A new post, shown or hidden; its id.

    Raises as ``checked``, ``FanshareError``: ``erased``, ``not_a_creator``, ``too_many_posts``.
    """
    sound = checked(draft)
    access = programme.access
    with access.transaction():
        person = _held(programme, creator)
        if not creator_pages.lock(access, creator):
            raise BadInputError("not_a_creator", "Only a creator writes for her fans.", 403)
        in_all, today = posts.count(access, creator, now - DAY)
        if today >= MOST_A_DAY or in_all >= MOST_POSTS:
            told = "At most %(day)s posts within a day and %(all)s in all; delete one, or write tomorrow."
            raise FanshareError("too_many_posts", told, 429, day=MOST_A_DAY, all=MOST_POSTS)
        made = posts.add(access, creator, sound.country, now, shown=shown)
        _keep(programme, person, made, sound, now)
    return made


def change(programme: Programme, creator: int, post: int, draft: Draft, now: Instant) -> None:
    """Put other words in the place of those before. Raises as ``checked`` and as ``show``."""
    sound = checked(draft)
    with programme.access.transaction():
        person = _held(programme, creator)
        of_hers(programme, creator, post)
        posts.change(programme.access, creator, post, sound.country, now)
        _keep(programme, person, post, sound, now)


def show(programme: Programme, creator: int, post: int, at: Instant | None) -> None:
    """Show a post to her fans from ``at`` on, or (``None``) hide it; doing it again changes nothing.

    Raises ``FanshareError``: ``erased``, ``unknown_post``, ``post_closed``.
    """
    with programme.access.transaction():
        _held(programme, creator)
        if of_hers(programme, creator, post).closed_at is not None and at is not None:
            raise FanshareError("post_closed", "The people of the shop took this post down after a report.", 409)
        posts.show(programme.access, creator, post, at)


def remove(programme: Programme, creator: int, post: int) -> None:
    """Delete a post with its pictures. Raises ``FanshareError``: ``erased``, ``unknown_post``."""
    access = programme.access
    with access.transaction():
        person = _held(programme, creator)
        of_hers(programme, creator, post)
        for one in posts.pictures(access, [post]):
            _drop(programme, person, one)
        posts.drop(access, [post])
        programme.vault.drop(person, _kind(post))


def add_picture(programme: Programme, creator: int, post: int, content: bytes, alt: str, now: Instant) -> None:
    """Add a picture, drawn anew, with what it shows in words.

    Raises ``BadInputError`` as ``pictures.redrawn``, ``alt_missing``; ``FanshareError``: ``erased``, ``unknown_post``,
    ``too_many_pictures``.
    """
    shows = own_page.shown_in_words(alt)
    drawn = pictures.redrawn(content)
    access = programme.access
    with access.transaction():
        person = _held(programme, creator)
        of_hers(programme, creator, post)
        in_all, here = posts.count_pictures(access, creator, post)
        if here >= MOST_PICTURES or in_all >= MOST_PICTURES_IN_ALL:
            told = "At most %(here)s pictures in a post and %(all)s in all; take one out first."
            raise FanshareError("too_many_pictures", told, 409, here=MOST_PICTURES, all=MOST_PICTURES_IN_ALL)
        row = PictureRow(pictures.name(), post, drawn.width, drawn.height)
        posts.add_picture(access, row, now)
        programme.vault.put(person, _pixels(row.name), drawn.content, now)
        programme.vault.put(person, _shows(row.name), shows.encode(), now)


def remove_picture(programme: Programme, creator: int, post: int, name: str) -> None:
    """Take a picture out; doing it again changes nothing. Raises ``FanshareError``: ``erased``, ``unknown_post``."""
    with programme.access.transaction():
        person = _held(programme, creator)
        of_hers(programme, creator, post)
        for one in posts.pictures(programme.access, [post]):
            if one.name == name:
                _drop(programme, person, one)
                posts.drop_picture(programme.access, post, name)


def of_hers(programme: Programme, creator: int, post: int) -> PostRow:
    """A post of a creator's. Raises ``BadInputError`` (``unknown_post``)."""
    return _there(next(iter(posts.of_creator(programme.access, creator, id_=post, limit=1)), None))


def for_fan(programme: Programme, fan: int, post: int) -> PostRow:
    """A post that a fan may read at this moment. Raises ``BadInputError`` (``unknown_post``)."""
    return _there(posts.one_of_fan(programme.access, fan, post))


def read(programme: Programme, rows: Sequence[PostRow]) -> list[Post]:
    """Posts with their words, and with what their pictures show."""
    known = posts.pictures(programme.access, [row.id for row in rows])
    whose = {row.id: row.person for row in rows}
    wanted = [(row.person, _kind(row.id)) for row in rows]
    found = programme.vault.get_many([*wanted, *((whose[one.post], _shows(one.name)) for one in known)])
    made = []
    for row in rows:
        kept = found.get((row.person, _kind(row.id)))
        title, words = json.loads(kept) if kept else ("", "")
        hers = [
            Picture(one, found.get((row.person, _shows(one.name)), b"").decode()) for one in known if one.post == row.id
        ]
        made.append(Post(row, title, words, tuple(hers)))
    return made


def pixels(programme: Programme, row: PostRow, name: str) -> bytes | None:
    """A picture of a post as the bytes of a WebP file; ``None`` where this post has no such picture."""
    if not any(one.name == name for one in posts.pictures(programme.access, [row.id])):
        return None
    return programme.vault.get(row.person, _pixels(name))


def report(programme: Programme, fan: int, post: int, now: Instant) -> None:
    """Report a post that a fan may read; twice is once. Raises ``BadInputError`` (``unknown_post``)."""
    with programme.access.transaction():
        for_fan(programme, fan, post)
        post_reports.report(programme.access, post, now)


def reported(programme: Programme, limit: int) -> list[tuple[Post, Instant]]:
    """Posts whose report waits for a person of the house, each with since when."""
    rows = post_reports.waiting(programme.access, limit=limit)
    return list(zip(read(programme, [row for row, _ in rows]), (at for _, at in rows), strict=True))


def settle_report(programme: Programme, post: int, now: Instant, *, close: bool) -> None:
    """Answer a report: let the post be, or take it down. Raises ``BadInputError`` (``unknown_report``)."""
    with programme.access.transaction():
        if not post_reports.answer(programme.access, post, now):
            raise BadInputError("unknown_report", "No such report waits for an answer.", 404)
        if close:
            post_reports.close(programme.access, post, now)
        noted(programme.access, "post.close" if close else "post.let_be", now, f"post {post}")


def copied(programme: Programme, creator: int, most: int) -> list[Post]:
    """Everything a creator wrote for her fans, for the copy of her data."""
    return read(programme, posts.of_creator(programme.access, creator, limit=most))


def for_mail(_: Say, access: Access, fan: int, since: Instant, until: Instant) -> list[str]:
    """What the weekly mail tells a fan: who posted something since the last one, or within a week; never what."""
    since = since or max(0, until - 7 * DAY)
    return [
        _("%(creator)s posted something for her fans; it stands under My creators.") % {"creator": name}
        for name, _n in posts.new_since(access, fan, since, until, _IN_A_MAIL)
    ]


def _keep(programme: Programme, person: int, post: int, draft: Draft, now: Instant) -> None:
    programme.vault.put(person, _kind(post), json.dumps([draft.title, draft.words]).encode(), now)


def _drop(programme: Programme, person: int, picture: PictureRow) -> None:
    programme.vault.drop(person, _pixels(picture.name))
    programme.vault.drop(person, _shows(picture.name))


def _held(programme: Programme, creator: int) -> int:
    person = fans.lock(programme.access, creator)
    if person is None:
        raise FanshareError("erased", "The person behind this account was erased.", 410)
    return person


def _there(found: PostRow | None) -> PostRow:
    if found is None:
        raise BadInputError("unknown_post", "There is no such post.", 404)
    return found


def _kind(post: int) -> str:
    return f"{KINDS}{post}"


def _pixels(picture: str) -> str:
    return f"{KINDS}picture {picture}"


def _shows(picture: str) -> str:
    return f"{KINDS}shows {picture}"
