"""Exclusive posts: a creator writes, her fans read at no price, and nobody else sees a word or a pixel."""

import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import DAY, HOUR
from fanshare.flows import posts as writing
from fanshare.flows.links import NewLink, add_link
from fanshare.flows.people import erase
from fanshare.flows.posts import Draft
from fanshare.store.queries import posts as queries
from fanshare.store.server import Server
from tests.jobs.house import LABEL
from tests.support.schema import schema_template
from tests.web.support import hostile
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.company import Company, Watching, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer, served
from tests.web.support.writing import Pair, paired, send, words
from tests.web.test_creator_page import opened, photo

__all__ = ["schema_template"]

HERS, HIS = "/creator/linen/exclusive", "/fan/linen/exclusive"
REPORTS = "/brand/linen/reports"


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("exclusive")) as made:
        yield made


@pytest.fixture
def pair(company: Company) -> Pair:
    return paired(company, f"p{company.house.value('SELECT count(*) FROM party')}")


def test_she_writes_a_post_hidden_adds_a_picture_shows_it_and_her_fan_reads_it_without_a_purchase(pair: Pair) -> None:
    her, his = pair.her(), pair.his()
    typed = {"title": "Behind the loom", "words": "Only *you* know.", "country": ""}
    assert "Write a post" in her.get(HERS).text, "an empty list names what to do"
    look = send(her, f"{HERS}/new", **typed, do="look")
    assert (look.status, "<p>Only <em>you</em> know.</p>" in look.text) == (200, True)
    assert queries.of_creator(pair.company.brand.access, pair.creator, limit=9) == [], "only looked at"
    kept = send(her, f"{HERS}/new", **typed, do="hide")
    path = kept.headers["location"].partition("?")[0]
    number = path.rpartition("/")[2]
    assert her.upload(f"{path}/pictures", photo(), alt="Cleo's loom").status == 302
    assert "Behind the loom" in her.get(f"{HERS}?show=hidden").text
    assert "Nothing yet" in his.get(HIS).text
    assert his.get(f"{HIS}/{number}").status == 404
    assert send(her, path, do="shown").status == 302
    assert "Behind the loom" in his.get(HIS).text
    page = his.get(f"{HIS}/{number}")
    assert "<p>Only <em>you</em> know.</p>" in page.text
    assert f'href="/fan/linen/questions/creator-{pair.tag}"' in page.text, "she may be asked about it"
    found = re.search(rf'<img src="({HIS}/{number}/pictures/[0-9a-f]{{32}})" alt="Cleo&#39;s loom"', page.text)
    assert found is not None
    answer = his.get(found[1])
    assert (answer.status, answer.headers["content-type"]) == (200, "image/webp")
    assert answer.headers["cache-control"] == "private, no-store"
    assert "Behind the loom" in his.get("/fan/linen").text, "Home says what is new"
    assert send(her, path, do="hidden").status == 302
    assert "Behind the loom" not in his.get("/fan/linen").text
    for gone in (f"{HIS}/{number}", found[1]):
        assert his.get(gone).status == 404, "hidden at once"
    assert her.get(found[1].replace(HIS, HERS)).status == 200


def test_a_picture_is_drawn_anew_and_sealed(pair: Pair) -> None:
    post = pair.write()
    name = pair.hang(post)
    kept = writing.pixels(
        pair.company.brand.programme, writing.for_fan(pair.company.brand.programme, pair.fan, post), name
    )
    assert kept is not None
    assert opened(kept).format == "WEBP"
    assert b"Secret" not in kept
    sealed = pair.company.house.rows("SELECT sealed FROM vault_item WHERE kind LIKE 'post %%'")
    assert sealed
    assert not any(kept[:64] in bytes(one) or b"jar" in bytes(one) or b"Secret" in bytes(one) for (one,) in sealed)
    her = pair.her()
    for content, alt, said in (
        (b"<svg/>", "x", "no picture that can be read"),
        (photo(), " ", "what the picture shows"),
    ):
        answer = her.upload(f"{HERS}/{post}/pictures", content, alt=alt)
        assert (answer.status, said in answer.text) == (422, True)
    assert her.upload(f"{HERS}/{post}/pictures", b"", do="remove", name=name).status == 302
    assert pair.his().get(f"{HIS}/{post}/pictures/{name}").status == 404
    assert pair.company.house.value("SELECT count(*) FROM vault_item WHERE kind LIKE %s", f"%{name}") == 0


def test_nobody_but_her_fans_reads_a_post_or_sees_its_picture(pair: Pair) -> None:
    post, other = pair.write("Pomegranate words"), paired(pair.company, f"{pair.tag}x")
    name, app = pair.hang(post), pair.company.app()
    strangers = ["cleo", "carla", "finn", "fay", "bea", "mona", "fina", "rea", "dora", "otto"]
    devices = {one: pair.company.device(one) for one in strangers} | {
        "other": other.his(),
        "her": other.her(),
        "": Device(app),
    }
    assert "Pomegranate" in pair.his().get(f"{HIS}/{post}").text, "the word that is looked for would be found"
    for who, device in devices.items():
        for base in (HIS, HERS, HIS.replace("linen", "wool"), HERS.replace("linen", "wool")):
            for path in (base, f"{base}/{post}", f"{base}/{post}/pictures/{name}"):
                answer = device.get(path)
                assert "Pomegranate" not in answer.text, (who, path)
                assert answer.status in ({200, 302, 403, 404} if path == base else {302, 403, 404}), (who, path)
        assert device.get(f"/picture/linen/{name}").status == 404, "no public address has it"
    for what in ("keep", "hidden", "delete"):
        assert send(other.her(), f"{HERS}/{post}", do=what, title="x", words="x", sure="yes").status == 404
    assert other.her().upload(f"{HERS}/{post}/pictures", photo(), alt="x").status == 404
    mine = pair.write("Another one")
    assert pair.his().get(f"{HIS}/{mine}/pictures/{name}").status == 404, "a picture belongs to one post"


def test_without_the_condition_on_fans_a_stranger_would_read_it(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    post, other = pair.write("Pomegranate words"), paired(pair.company, f"{pair.tag}x")
    assert other.his().get(f"{HIS}/{post}").status == 404
    assert "A title" not in other.his().get(HIS).text
    for name in ("_ONE_OF_FAN", "_OF_FAN"):
        statement = getattr(queries, name)
        assert statement.count(queries._SUPPORTED) == 1
        everybody = "(SELECT id FROM party WHERE programme_id = %(programme_id)s)"
        monkeypatch.setattr(queries, name, statement.replace(queries._SUPPORTED, everybody))
    assert "Pomegranate" in other.his().get(f"{HIS}/{post}").text
    assert "A title" in other.his().get(HIS).text


def test_who_is_paused_ended_or_gone_reads_no_more_and_who_is_active_again_does(pair: Pair) -> None:
    post, his = pair.write(), pair.his()
    for state, status in (("paused", 404), ("active", 200), ("ended", 404)):
        pair.turn(state)
        assert his.get(f"{HIS}/{post}").status == status, state
        assert ("A title" in his.get(HIS).text) is (status == 200)
    again, _ = add_link(
        pair.company.brand.programme,
        NewLink(pair.creator, pair.fan, "https://shop.example/y", LABEL),
        pair.company.house.now,
    )
    assert again
    assert his.get(f"{HIS}/{post}").status == 200
    erase(pair.company.brand.programme, pair.fan, pair.company.house.now)
    assert his.get(f"{HIS}/{post}").status in {302, 403}


def test_a_link_that_is_somebody_elses_now_opens_nothing(pair: Pair) -> None:
    post, other = pair.write(), paired(pair.company, f"{pair.tag}x")
    assert pair.his().get(f"{HIS}/{post}").status == 200
    pair.company.brand.access.execute(
        "INSERT INTO link_owner (programme_id, link_id, owner_party_id, creator_party_id, from_at)"
        " VALUES (%(programme_id)s, %(link)s, %(fan)s, %(creator)s, %(now)s)",
        {"link": pair.link, "fan": other.fan, "creator": pair.creator, "now": pair.company.house.now},
    )
    assert pair.his().get(f"{HIS}/{post}").status == 404
    assert other.his().get(f"{HIS}/{post}").status == 200


def test_what_advertises_begins_with_its_label_and_an_earning_link_needs_one(pair: Pair) -> None:
    her, his = pair.her(), pair.his()
    typed = {"title": "New linen", "words": "[Here](https://share.example/r/abcdefgh)", "do": "show"}
    refused = send(her, f"{HERS}/new", **typed, country="")
    assert (refused.status, "choose the label" in refused.text, "New linen" in refused.text) == (422, True, True)
    path = send(her, f"{HERS}/new", **typed, country="DE").headers["location"].partition("?")[0]
    number = path.rpartition("/")[2]
    for page, title in ((his.get(HIS), "<bdi>New linen"), (his.get(f"{HIS}/{number}"), 'dir="auto">New linen')):
        assert 0 < page.text.index('<span class="ad-label" lang="de">Werbung</span>') < page.text.index(title)
    assert "<title>Werbung: New linen" in his.get(f"{HIS}/{number}").text
    assert send(her, path, **{**typed, "do": "keep"}, country="").status == 422, "nor is it taken off later"
    with pytest.raises(BadInputError):
        writing.checked(Draft("a", "b", "XX"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"title": "t" * 121}, "At most 120 characters in the title"),
        ({"title": "  "}, "Write something first"),
        ({"title": "see https://evil.example"}, "The title has no addresses"),
        ({"words": "w" * 8_001}, "8000 in the words"),
        ({"words": " \n"}, "Write something first"),
        ({"country": "XX"}, "advertising label"),
    ],
)
def test_what_cannot_stand_is_refused_and_not_lost(pair: Pair, typed: dict[str, str], said: str) -> None:
    whole = {"title": "Kept title", "words": "Kept words", "country": "", **typed}
    post, her = pair.write(), pair.her()
    for path, do in ((f"{HERS}/new", "show"), (f"{HERS}/new", "look"), (f"{HERS}/{post}", "keep")):
        answer = send(her, path, **whole, do=do)
        assert (answer.status, said in answer.text) == (422, True)
        assert all(value.strip() in answer.text for name, value in whole.items() if name != "country")
    assert (
        writing.read(
            pair.company.brand.programme, queries.of_creator(pair.company.brand.access, pair.creator, limit=9)
        )[0].words
        == "Secret words"
    )


def test_a_post_is_deleted_only_by_who_says_so_twice_and_then_wholly(pair: Pair) -> None:
    post, her = pair.write(), pair.her()
    name = pair.hang(post)
    assert send(her, f"{HERS}/{post}", do="delete").status == 422
    assert pair.his().get(f"{HIS}/{post}").status == 200
    assert send(her, f"{HERS}/{post}", do="delete", sure="yes").headers["location"] == f"{HERS}?gone=1"
    for path in (f"{HIS}/{post}", f"{HIS}/{post}/pictures/{name}"):
        assert pair.his().get(path).status == 404
    kinds = [f"post {post}", f"post picture {name}", f"post shows {name}"]
    assert pair.company.house.value("SELECT count(*) FROM vault_item WHERE kind = ANY(%s)", kinds) == 0
    assert her.get(f"{HERS}/{post}").status == 404
    assert send(her, f"{HERS}/{post}", do="delete", sure="yes").status == 404


def test_posts_and_pictures_are_bounded(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST_A_DAY", 2)
    monkeypatch.setattr(writing, "MOST_PICTURES", 1)
    post = pair.write()
    pair.write()
    refused = send(pair.her(), f"{HERS}/new", title="Third", words="x", do="show")
    assert (refused.status, "2 posts within a day" in refused.text) == (422, True)
    pair.write(later=DAY + 1)
    pair.hang(post)
    with pytest.raises(FanshareError) as full:
        pair.hang(post)
    assert full.value.code == "too_many_pictures"
    assert "Take one out to add another" in pair.her().get(f"{HERS}/{post}").text


def test_her_copy_has_every_post_and_where_its_pictures_are_and_leaving_takes_all(pair: Pair) -> None:
    programme, house, her = pair.company.brand.programme, pair.company.house, pair.her()
    post = pair.write("My own words")
    name = pair.hang(post)
    document = json.loads(her.get("/account/linen/data").text)
    (copy,) = document["posts"]
    assert (copy["title"], copy["words"], copy["shown_since"] is not None) == ("A title", "My own words", True)
    assert her.get(copy["pictures"][0]["at"].removeprefix("https://share.example")).status == 200
    assert not [one for one in document["kept_sealed"] if one["what"].startswith("post")]
    erase(programme, pair.creator, house.now)
    assert house.rows("SELECT 1 FROM post WHERE creator_party_id = %s", pair.creator) == []
    assert house.rows("SELECT 1 FROM post_picture WHERE name = %s", name) == []
    assert (
        house.value("SELECT count(*) FROM vault_item WHERE kind = ANY(%s)", [f"post {post}", f"post picture {name}"])
        == 0
    )
    assert pair.his().get(f"{HIS}/{post}").status == 404
    with pytest.raises(FanshareError) as gone:
        pair.write()
    assert gone.value.code == "erased"


def test_lists_go_on_behind_a_key_and_ask_the_database_little(pair: Pair) -> None:
    for number in range(30):
        post = pair.write(title=f"no. {number}.", later=(number - 40) * DAY)
        pair.hang(post)
    seen: list[str] = []
    app = pair.company.app(lambda conn: Watching(conn, seen))
    for who, base in (("fan", HIS), ("creator", HERS)):
        device = pair.company.device(f"{who}.{pair.tag}", app)
        for path in (base, f"{base}/{post}", base.removesuffix("/exclusive")):
            seen.clear()
            answer = device.get(path)
            asked = [one for one in seen if one.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE"))]
            assert len(asked) <= 12, "\n".join(asked)
            assert len(answer.text) <= 150_000
        first = device.get(base)
        assert "no. 29." in first.text
        assert "no. 4." not in first.text
        further = re.search(r'href="(\?after=[^"]+)"', first.text)
        assert further is not None
        assert "no. 4." in device.get(base + further[1]).text
        assert device.get(f"{base}?after=x").status == 400


def test_a_reported_post_is_seen_by_owner_and_operator_until_it_is_answered_and_then_let_be_or_taken_down(
    pair: Pair,
) -> None:
    her, his, bea, other = pair.her(), pair.his(), pair.company.device("bea"), paired(pair.company, f"{pair.tag}x")
    bad, fine = pair.write("Pomegranate words"), pair.write("Quite fine")
    name = pair.hang(bad)
    looked = f"{REPORTS}/{bad}/pictures/{name}"
    assert bea.get(looked).status == 404, "not before it is reported"
    assert send(other.his(), f"{HIS}/{bad}").status == 404, "reported by who may read it"
    assert send(his, f"{HIS}/{bad}").headers["location"].endswith("?reported=1")
    assert send(his, f"{HIS}/{bad}").status == 302, "twice is once"
    assert "1 report waits" in words(bea.get("/brand/linen"))
    page = bea.get(REPORTS).text
    assert ("Pomegranate" in page, "Quite fine" in page, f"fan.{pair.tag}" in page) == (True, False, False)
    assert bea.get(looked).headers["content-type"] == "image/webp"
    for who, status in (("otto", 200), ("mona", 403), ("rea", 403), ("dora", 403)):
        assert pair.company.device(who).get(REPORTS).status == status
        assert pair.company.device(who).get(looked).status == status
    assert settle(bea, fine, "close").status == 422, "nobody reported it"
    assert settle(bea, bad, "let").status == 302
    assert bea.get(looked).status == 404
    send(his, f"{HIS}/{bad}")
    assert "Pomegranate" not in bea.get(REPORTS).text, "let be, and not changed since"
    pair.company.house.later(HOUR)
    assert send(her, f"{HERS}/{bad}", do="keep", title="A title", words="Pomegranate again").status == 302
    send(his, f"{HIS}/{bad}")
    assert settle(bea, bad, "close").status == 302
    assert his.get(f"{HIS}/{bad}").status == 404
    assert "took this post down" in her.get(f"{HERS}/{bad}").text
    send(her, f"{HERS}/{bad}", do="hidden")
    assert send(her, f"{HERS}/{bad}", do="shown").status == 422, "not by hiding it first"
    assert "took a post down after a report" in pair.company.device("otto").get("/operator/audit").text
    assert send(her, f"{HERS}/{bad}", do="delete", sure="yes").status == 302


def settle(device: Device, post: int, what: str) -> Answer:
    return send(device, REPORTS, about="post", message=str(post), do=what)


@given(st.lists(st.sampled_from(["show", "hide", "pause", "active", "end"]), max_size=8))
def test_whether_he_reads_it_is_always_what_it_and_his_link_are_now(company: Company, steps: list[str]) -> None:
    access = company.brand.access
    with access.transaction():
        one = paired(company, f"s{company.house.value('SELECT count(*) FROM party')}")
        post, shown, state = one.write(), True, "active"
        for step in steps:
            if step in ("show", "hide"):
                shown = step == "show"
                writing.show(company.brand.programme, one.creator, post, company.house.now if shown else None)
            else:
                state = {"pause": "paused", "active": "active", "end": "ended"}[step]
                one.turn(state)
            readable = [row.id for row in queries.of_fan(access, one.fan, limit=1)]
            assert (readable == [post]) is (shown and state == "active")
            assert (queries.one_of_fan(access, one.fan, post) is not None) is (readable == [post])


def test_she_writes_without_script_her_fan_reads_in_german_and_hostile_words_do_nothing(company: Company) -> None:
    one = paired(company, "browser")
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with chromium() as browser, served(app) as base:
        with watched(browser, base, script=False) as seen:
            enter(seen, company, f"creator.{one.tag}")
            seen.page.goto(base + "/creator/linen/fans")
            seen.page.get_by_role("link", name="Exclusive").click()
            seen.page.get_by_role("link", name="Write a post").click()
            seen.page.get_by_label("Title").fill(hostile.PAYLOADS[1])
            seen.page.get_by_label("What you want to tell your fans").fill("\n\n".join(hostile.PAYLOADS))
            seen.page.get_by_role("button", name="Keep it hidden").click()
            seen.page.wait_for_url("**?kept=1")
            seen.page.get_by_label("A picture").set_input_files(
                {"name": "me.svg.jpg", "mimeType": "image/svg+xml", "buffer": photo()}
            )
            seen.page.get_by_label("What it shows").fill("Quinces " + "w" * 100)
            seen.page.get_by_role("button", name="Add this picture").click()
            seen.page.get_by_role("button", name="Take it out").wait_for()
            seen.page.get_by_role("button", name="Show it to my fans").click()
            seen.page.get_by_role("button", name="Hide it").wait_for()
            number = seen.page.url.partition("?")[0].rpartition("/")[2]
            assert seen.complaints() == []
        for who, paths in (("creator", (f"{HERS}/{number}", f"{HERS}/new")), ("fan", (HIS, f"{HIS}/{number}"))):
            with watched(browser, base) as seen:
                seen.page.context.set_extra_http_headers({"Accept-Language": "de"})
                enter(seen, company, f"{who}.{one.tag}")
                for path in paths:
                    seen.open(path)
                    assert seen.page.locator("html").get_attribute("lang") == "de"
                    seen.unfold()
                    seen.fit(f"exclusive-{who}-{number if path.endswith(number) else 0}")
                if who == "fan":
                    assert seen.page.get_by_alt_text("Quinces").evaluate("one => one.naturalWidth") == 480
                assert seen.page.evaluate("window.pwned") is None
                assert seen.complaints() == []


def enter(seen: Watched, company: Company, name: str) -> None:
    seen.page.goto(f"{seen.base}/sign-in/confirm?t={company.token(name)}")
    seen.page.locator("main form button").click()
    seen.page.wait_for_url(seen.base + "/home")
