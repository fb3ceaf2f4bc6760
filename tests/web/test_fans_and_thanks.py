"""Fans and thanks: a name is seen only by whom a fan shows it, a sentence reaches whom it is for, and both can go."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from fanshare.config.keys import Keys
from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import DAY, HOUR
from fanshare.flows import fan_names, letters, thanks
from fanshare.flows.letters import Seal
from fanshare.flows.links import NewLink, add_link
from fanshare.flows.people import Joiner, add_creator, add_fan, erase
from fanshare.store.queries import fans
from fanshare.store.queries import thanks as rows
from fanshare.store.server import Server
from tests.jobs.house import LABEL
from tests.support.schema import schema_template
from tests.web.support import hostile
from tests.web.support.company import Company, Watching, founded, order, tell
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]

FANS, CREATORS, THANKS = "/creator/linen/fans", "/fan/linen/creators", "/fan/linen/thanks"
SHOP = "https://shop.example/x"


@dataclass
class Pair:
    """A creator and her fan, whom no other test knows."""

    company: Company
    tag: str
    creator: int
    fan: int
    link: int

    @property
    def shown(self) -> int:
        return int(self.company.house.value("SELECT id FROM fan_shown WHERE fan_party_id = %s", self.fan))

    def show(self, name: str = "Finn") -> int:
        fan_names.show(self.company.brand.programme, self.fan, f"creator-{self.tag}", name, self.company.house.now)
        return self.shown

    def count(self) -> tuple[int, int, int]:
        found = self.company.house.rows(
            "SELECT (SELECT count(*) FROM fan_shown WHERE creator_party_id = %(c)s),"
            " (SELECT count(*) FROM thanks WHERE creator_party_id = %(c)s), (SELECT count(*) FROM thanks_to o"
            " JOIN thanks t ON t.id = o.thanks_id WHERE t.creator_party_id = %(c)s)".replace("%(c)s", str(self.creator))
        )
        return found[0]

    def her(self) -> Device:
        return self.company.device(f"creator.{self.tag}")

    def his(self) -> Device:
        return self.company.device(f"fan.{self.tag}")


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("fans")) as made:
        yield made


@pytest.fixture
def pair(company: Company, request: pytest.FixtureRequest) -> Pair:
    """One sale of 59.00, brought by the fan eight days ago and told yesterday."""
    tag = re.sub(r"[^a-z]+", "-", request.node.name.removeprefix("test_"))[:40].strip("-")
    tag = f"{tag}-{company.house.value('SELECT count(*) FROM party')}"
    programme, long_ago = company.brand.programme, company.house.now - 40 * DAY
    creator = add_creator(
        programme, Joiner(f"Creator {tag}", f"creator.{tag}@example.test", f"creator-{tag}"), long_ago
    )
    fan = add_fan(programme, Joiner(email=f"fan.{tag}@example.test"), long_ago)
    link, _ = add_link(programme, NewLink(creator, fan, SHOP, LABEL), long_ago)
    tell(company.brand, order(company.brand, tag, link))
    company.house.later(DAY)
    return Pair(company, tag, creator, fan, link)


def words(answer: Answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.replace("\xa0", " ")).split())


def send(device: Device, path: str, **values: str) -> Answer:
    """Send one of the forms of a page."""
    device.get("/sign-out")
    return device.post(path, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values})


def test_a_name_is_seen_only_by_whom_the_fan_shows_it_and_until_it_is_taken_back(pair: Pair) -> None:
    her, his, carla = pair.her(), pair.his(), pair.company.device("carla")
    before = words(her.get(FANS))
    assert (
        "share for you 1 brought a sale 1 sales they brought 1 you earned by them 5.66 € they earned 1.41 €" in before
    )
    assert "Amounts tell" in before, "one buyer is few"
    assert "Nobody yet" in before
    assert "Sees no name of yours" in words(his.get(CREATORS))
    creator = f"creator-{pair.tag}"
    assert send(his, CREATORS, creator=creator, name=" Finn  of the Fens ", do="show").status == 302
    assert "Sees you as Finn of the Fens" in words(his.get(CREATORS))
    assert "Finn of the Fens 1 sale" in words(her.get(FANS))
    assert '"Finn of the Fens"' in her.get(f"{FANS}?as=json").text
    assert "Finn of the Fens" not in carla.get(FANS).text
    stored = pair.company.house.rows("SELECT row_to_json(s)::text FROM fan_shown s")
    assert "Fens" not in str(stored), "the name lies in the vault"
    assert send(his, CREATORS, creator=creator, do="hide").status == 302
    assert "Fens" not in her.get(FANS).text
    assert "Fens" not in his.get("/account/linen/data").text, "what was taken back is forgotten"


def test_numbers_of_fans_move_at_midnight_only(pair: Pair) -> None:
    brand = pair.company.brand
    tell(brand, order(brand, f"later {pair.tag}", pair.link, 10_000_000, ago=HOUR))
    assert "sales they brought 1" in words(pair.her().get(FANS))
    pair.company.house.later(DAY)
    assert "sales they brought 2" in words(pair.her().get(FANS))


def test_thanks_to_one_fan_reach_that_fan_alone_once_a_day(pair: Pair) -> None:
    her, his, shown = pair.her(), pair.his(), pair.show("Finn")
    assert pair.company.device("carla").get(f"{FANS}/{shown}").status == 404, "he shows it to one creator"
    assert send(her, f"{FANS}/{shown}", words="You are\na dear.").status == 302
    assert "You are a dear. to Finn" in words(her.get(FANS))
    assert f"You are a dear. Creator {pair.tag}" in words(his.get(THANKS))
    assert "You are a dear" not in pair.company.device("fay").get(THANKS).text
    again = send(her, f"{FANS}/{shown}", words="Again.")
    assert (again.status, "within the last day" in again.text, "Again." in again.text) == (422, True, True)
    copy = json.loads(his.get("/account/linen/data").text)
    assert [one["from"] for one in copy["thanks_to_you"]] == [f"Creator {pair.tag}"]
    assert "You are a dear." in her.get("/account/linen/data").text
    assert "dear" not in str(pair.company.house.rows("SELECT row_to_json(t)::text FROM thanks t"))


def test_thanks_to_all_reach_who_helped_in_the_span_and_nobody_else(pair: Pair) -> None:
    brand, now = pair.company.brand, pair.company.house.now
    link, _ = add_link(brand.programme, NewLink(pair.creator, pair.company.fay, SHOP, LABEL), now - 40 * DAY)
    tell(brand, order(brand, "O8", link, 10_000_000, ago=20 * DAY))
    pair.company.house.later(DAY)
    her, his, fay = pair.her(), pair.his(), pair.company.device("fay")
    assert send(her, FANS, days="7", words="Week").status == 422, "nobody helped in the last seven days"
    assert send(her, FANS, days="8", words="Day").status == 422
    assert pair.count() == (0, 0, 0), "what is refused leaves nothing"
    assert send(her, FANS, days="30", words="Thank you both").status == 302
    for device in (his, fay):
        assert "Thank you both" in device.get(THANKS).text
    page = her.get(FANS)
    assert "to 2 fans" in page.text
    assert "Fay" not in page.text
    assert send(her, FANS, days="365", words="Once more").status == 422
    for name, path in (("carla", FANS), ("finn", THANKS)):
        assert "Thank you both" not in pair.company.device(name).get(path).text


def test_a_sentence_that_cannot_stand_is_refused_and_not_lost(pair: Pair) -> None:
    her, his = pair.her(), pair.his()
    for said in ("  \n ", "x" * 301, "see https://evil.example", "see WWW.evil.example", "\x07bell"):
        answer = send(her, FANS, days="30", words=said)
        assert (answer.status, 'role="alert"' in answer.text, said.strip()[:200] in answer.text) == (422, True, True)
        answer = send(his, CREATORS, creator=f"creator-{pair.tag}", name=said, do="show")
        assert answer.status == 422
    assert pair.count() == (0, 0, 0)


def test_hostile_names_and_sentences_stay_words(pair: Pair) -> None:
    brand, now = pair.company.brand, pair.company.house.now
    her, his = pair.her(), pair.his()
    for number, payload in enumerate(hostile.PAYLOADS):
        shown = pair.show(payload[:60])
        thanks.thank_fan(brand.programme, pair.creator, shown, payload, now + number * 2 * DAY)
    for device, path in ((her, FANS), (her, f"{FANS}/{pair.shown}"), (his, CREATORS), (his, THANKS)):
        text = device.get(path).text
        assert not [payload for payload in hostile.PAYLOADS if "<" in payload and payload[:60] in text], path
        assert not re.search(r"<(script|style|img|svg|b)>|onerror=\"", text), path
    assert "{{ 7*7 }}" in his.get(THANKS).text, "shown as it was typed"


def test_only_creators_whom_she_shares_for_can_be_chosen(pair: Pair) -> None:
    his = pair.his()
    for slug in ("carla-quince", "nobody", ""):
        assert send(his, CREATORS, creator=slug, name="Finn", do="show").status == 404
    assert pair.company.house.rows("SELECT id FROM fan_shown WHERE fan_party_id = %s", pair.fan) == []


def test_whoever_leaves_takes_her_name_and_her_thanks_along(pair: Pair) -> None:
    programme, now = pair.company.brand.programme, pair.company.house.now
    thanks.thank_fan(programme, pair.creator, pair.show(), "Thank you", now)
    other = add_fan(programme, Joiner(email=f"other.{pair.tag}@example.test"), now)
    add_link(programme, NewLink(pair.creator, other, SHOP, LABEL), now)
    fan_names.show(programme, other, f"creator-{pair.tag}", "Other", now)
    assert pair.count() == (2, 1, 1)
    erase(programme, pair.fan, now)
    assert pair.count() == (1, 1, 0)
    with pytest.raises(FanshareError) as gone:
        fan_names.show(programme, pair.fan, f"creator-{pair.tag}", "Back", now)
    assert gone.value.code == "erased"
    erase(programme, pair.creator, now)
    assert pair.count() == (0, 0, 0)
    with pytest.raises(FanshareError) as gone:
        thanks.thank_all(programme, pair.creator, 7, "Back", now, now)
    assert gone.value.code == "erased"


def test_a_fan_who_wants_no_thanks_gets_none_and_the_creator_reads_nothing_that_hurts(pair: Pair) -> None:
    brand, now, programme = pair.company.brand, pair.company.house.now, pair.company.brand.programme
    link, _ = add_link(programme, NewLink(pair.creator, pair.company.fay, SHOP, LABEL), now - 40 * DAY)
    tell(brand, order(brand, f"fay {pair.tag}", link, 10_000_000, ago=3 * DAY))
    pair.company.house.later(DAY)
    her, his, fay, shown = pair.her(), pair.his(), pair.company.device("fay"), pair.show("Finn")
    assert send(her, f"{FANS}/{shown}", words="Too much of a good thing").status == 302
    creator = f"creator-{pair.tag}"
    assert send(his, CREATORS, creator=creator, do="quiet").status == 302
    assert send(his, CREATORS, creator=creator, do="quiet").status == 302, "saying it twice is once"
    assert "You read no thanks of hers. " in words(his.get(CREATORS))
    assert "Too much" not in his.get(THANKS).text, "those of before are put away"
    page = her.get(f"{FANS}/{shown}")
    assert "Finn likes to help quietly" in words(page)
    assert '<textarea id="words"' not in page.text
    refused = send(her, f"{FANS}/{shown}", words="All the same")
    assert (refused.status, pair.count()[1:]) == (422, (1, 1))
    assert send(her, FANS, days="30", words="Thank you all").status == 302
    assert ("Thank you all" in fay.get(THANKS).text, "Thank you all" in his.get(THANKS).text) == (True, False)
    assert "quiet" not in words(her.get(FANS)), "nobody is told who was left out"
    copy = json.loads(his.get("/account/linen/data").text)
    assert [one["creator"] for one in copy["no_thanks_from"]] == [f"Creator {pair.tag}"]
    assert len(copy["thanks_to_you"]) == 1, "what is kept is in the copy, seen or not"
    assert send(his, CREATORS, creator=creator, do="thanks").status == 302
    assert "Too much" in his.get(THANKS).text
    assert "Thank you all" not in his.get(THANKS).text, "what was said meanwhile was not for her"


def test_thanks_for_nobody_but_the_quiet_are_refused_as_for_nobody(pair: Pair) -> None:
    programme, now = pair.company.brand.programme, pair.company.house.now
    with pytest.raises(BadInputError) as nobody:
        thanks.thank_all(programme, pair.company.carla, 7, "Thank you", now, now)
    thanks.choose(programme, pair.fan, f"creator-{pair.tag}", wanted=False, now=now)
    with pytest.raises(BadInputError) as quiet:
        thanks.thank_all(programme, pair.creator, 30, "Thank you", now, now)
    assert (quiet.value.code, quiet.value.message) == (nobody.value.code, nobody.value.message)
    with pytest.raises(BadInputError):
        thanks.choose(programme, pair.fan, "carla-quince", wanted=False, now=now)
    erase(programme, pair.fan, now)
    assert pair.company.house.rows("SELECT since_at FROM thanks_block WHERE fan_party_id = %s", pair.fan) == []


def test_thanks_are_bounded_by_the_day(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    programme, now, shown = pair.company.brand.programme, pair.company.house.now, pair.show()
    monkeypatch.setattr(thanks, "MOST_A_DAY", 1)
    thanks.thank_fan(programme, pair.creator, shown, "One", now)
    with pytest.raises(ConflictError):
        thanks.thank_fan(programme, pair.creator, shown, "Two", now)
    with pytest.raises(FanshareError, match="as many as anybody"):
        thanks.thank_all(programme, pair.creator, 30, "All", now, now)
    with pytest.raises(BadInputError, match="lets you see"):
        thanks.thank_fan(programme, pair.company.carla, shown, "Not hers", now)
    thanks.thank_fan(programme, pair.creator, shown, "Tomorrow", now + DAY)


def test_the_weekly_mail_quotes_thanks_only_to_who_asked_for_it(pair: Pair) -> None:
    programme, now = pair.company.brand.programme, pair.company.house.now
    shown = pair.show()
    thanks.thank_fan(programme, pair.creator, shown, "Before you asked", now)

    def quoted() -> list[str]:
        found = thanks.for_mail(programme.access, programme.vault, pair.fan, now - DAY, now + 9 * DAY)
        return [one.words for one in found]

    assert quoted() == []
    his = pair.his()
    pair.company.house.later(HOUR)
    assert send(his, THANKS, mail="yes").status == 302
    thanks.thank_fan(programme, pair.creator, shown, "After you asked", now + 2 * DAY)
    assert quoted() == ["After you asked"]
    mail = letters.weekly(
        str, Seal("Linen", 3, "note", now), "", "https://stop.example", thanks=[("Cleo", "After you asked")]
    )
    assert "Cleo thanks you: \u201cAfter you asked\u201d\n\nthis is the seal" in mail.text
    assert send(his, THANKS, mail="no").status == 302
    assert quoted() == []
    assert rows.wished(programme.access, pair.fan) is None


def test_a_list_of_names_goes_on_behind_a_key_and_asks_little(pair: Pair) -> None:
    programme, now = pair.company.brand.programme, pair.company.house.now
    more = add_fans_of(pair, 30)
    seen: list[str] = []
    her = pair.company.device(f"creator.{pair.tag}", pair.company.app(lambda conn: Watching(conn, seen)))
    seen.clear()
    first = her.get(FANS)
    assert len([one for one in seen if "BEGIN" not in one]) <= 15
    assert "Fan no. 29" in first.text
    assert "Fan no. 4<" not in first.text
    further = re.search(r'href="(\?after=[^"]+)"', first.text)
    assert further is not None
    second = her.get(FANS + further[1])
    assert "Fan no. 4<" in second.text
    assert "Fan no. 29" not in second.text
    assert her.get(f"{FANS}?after=nonsense").status == 400
    assert len(json.loads(her.get(f"{FANS}?as=json").text)["rows"]) == len(more) == 30
    assert fans.named(programme.access, pair.company.carla, now, limit=50) == []


def add_fans_of(pair: Pair, count: int) -> list[int]:
    """Fans of hers who show a name."""
    programme, now = pair.company.brand.programme, pair.company.house.now
    found = [add_fan(programme, Joiner(email=f"{n}.{pair.tag}@example.test"), now) for n in range(count)]
    for number, fan in enumerate(found):
        add_link(programme, NewLink(pair.creator, fan, SHOP, LABEL), now)
        fan_names.show(programme, fan, f"creator-{pair.tag}", f"Fan no. {number}", now)
    return found


def test_many_items_of_the_vault_open_in_one_look(pair: Pair) -> None:
    vault, now = pair.company.brand.programme.vault, pair.company.house.now
    one, two = vault.add_people([{"a": b"1"}, {"a": b"2", "b": b"3"}], now)
    wanted = [(one, "a"), (two, "b"), (two, "none"), (one, "a")]
    assert vault.get_many(wanted) == {(one, "a"): b"1", (two, "b"): b"3"}
    assert vault.get_many([]) == {}
    vault.drop(two, "b")
    vault.erase(one)
    assert vault.get_many(wanted) == {}
    other = type(vault)(pair.company.brand.access, Keys(bytes(32)))
    with pytest.raises(FanshareError):
        other.get_many([(two, "a")])
