"""The page that checks statements, in a real Chromium: it says what the other verifiers say, and sends nothing."""

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from fanshare.core.canonical import CanonicalError, canonical, parse_json
from fanshare.core.rates import ECB, Converted, Quote, exactly
from fanshare.core.replaced import change, worth
from fanshare.core.statement import document
from fanshare.store.signing import LogSigner
from fanshare.verifier import fanshare_verify
from fanshare.web import assets
from tests.core.statement_exchanges import convert, step
from tests.core.statement_verifiers import worked
from tests.core.statement_worlds import BUYER, CLEO, FINN, World, full_world
from tests.core.test_statement_openings import CLAIMS, moved_world
from tests.fuzz import spoil
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.serving import app, ask, served

UNREADABLE = [["form", "failed"]]
FILES = sorted((assets.ROOT / "js" / "verifier").glob("*.js"))
#: Judges texts with the modules of the page: name and status of every check, or null for what can't be read.
JUDGE = """async ([module, texts, older, keys]) => {
  const { parse, verify } = await import(module);
  const read = (text) => parse(new TextEncoder().encode(text));
  const found = [];
  for (const text of texts) {
    try {
      const report = await verify(read(text), older === null ? null : read(older), keys);
      found.push(report.checks.map((check) => [check.name, check.status]));
    } catch (error) {
      found.push(null);
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with served(app()) as address:
        yield address


@pytest.fixture(scope="module")
def page(browser: Browser, base: str) -> Iterator[Watched]:
    with watched(browser, base) as seen:
        seen.open("/verify")
        yield seen


def by_page(
    seen: Watched, texts: list[str], older: str | None = None, keys: list[str] | None = None
) -> list[list[list[str]] | None]:
    module = seen.base + assets.url("js/verifier/check.js")
    found: list[list[list[str]] | None] = seen.page.evaluate(JUDGE, [module, texts, older, keys])
    return found


def by_file(text: str, older: str | None = None, keys: list[str] | None = None) -> list[list[str]] | None:
    try:
        statement = fanshare_verify.parse(text.encode("utf-8", "surrogatepass"))
        before = None if older is None else fanshare_verify.parse(older.encode())
    except (ValueError, RecursionError):
        return None
    return [[check.name, check.status] for check in fanshare_verify.verify(statement, before, keys).checks]


def agree(seen: Watched, texts: list[str]) -> list[list[list[str]] | None]:
    found = by_page(seen, texts)
    for text, said in zip(texts, found, strict=True):
        others = by_file(text)
        assert said == others or (said is None and others == UNREADABLE and deep(text)), text[:2000]
    return found


def deep(text: str) -> bool:
    """Nested far deeper than any statement: the page does not read it, the others read it and refuse its form."""
    return "[" * 65 in text or '{"a":' * 65 in text


def written(statement: Any) -> str:
    return canonical(statement).decode()


CONVERTED = exactly(Quote(ECB, "2026-11-26", "USD", "EUR", "1.1583", "1"), 170_000)


def small_world() -> World:
    world = World(11)
    world.filler(2)
    world.settle(world.part(**worked(59_000_000, True)), CLEO, FINN, BUYER, **worked(39_000_000, True))
    world.pay(FINN, 500_000)
    world.move(world.pay(FINN, 90_000, "withheld"), FINN, 90_000, "returned")
    world.pay(FINN, 60_000, "withheld")
    convert(world, FINN, CONVERTED)
    out, into = convert(world, FINN, CONVERTED)
    step(world, out, FINN, CONVERTED.given, "returned", "USD")
    step(world, into, FINN, CONVERTED.got, "returned", "EUR")
    for before, balance in ((0, 100_000_001), (100_000_001, -70_000_003), (29_999_998, 5)):
        by_law(world, before, balance)
    return world


def by_law(world: World, before: int, balance: int) -> None:
    """What Finn has ready in leva, or was taken beyond that, becomes euro."""
    one = change("BGN", before, balance)
    assert one is not None
    convert(world, FINN, one)


def holds(said: list[list[str]] | None) -> bool:
    return said is not None and all(status in {"ok", "note"} for _, status in said)


def test_it_takes_honest_statements_of_every_kind_of_terms(page: Watched) -> None:
    found = agree(page, [written(full_world(seed).statement()) for seed in range(12)])
    assert all(map(holds, found))


def test_it_takes_what_came_from_elsewhere_and_what_a_brand_bears(page: Watched) -> None:
    kinds = [("Rewardful", 45_200_000, ""), *CLAIMS, ("Rewardful", -800_000, "")]
    worlds = [moved_world(tool=tool, amount=amount) for tool, amount, _ in kinds]
    found = agree(page, [written(world.statement(CLEO, "creator", moved=[entry])) for world, entry in worlds])
    assert list(map(holds, found)) == [True] * (len(kinds) - 1) + [False]


def spoiled_bytes(count: int) -> list[str]:
    """Files that somebody changed, in more than the spaces between their words."""
    world = small_world()
    raw = canonical(world.signer.seal(document(world.data(FINN))))
    honest = json.loads(raw)
    chances = [random.Random(seed) for seed in range(count)]
    texts = [spoil.json_body(chance, raw).decode("utf-8", "replace") for chance in chances]
    return [text for text in texts if text.encode() != raw and read_loosely(text) != honest]


def read_loosely(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def sealed_again(signer: LogSigner, data: dict[str, Any], chance: random.Random) -> str | None:
    """What the programme itself changed: it holds the key."""
    try:
        statement = parse_json(spoil.json_body(chance, canonical(data)))
        return written(signer.seal(statement)) if isinstance(statement, dict) else None
    except (CanonicalError, RecursionError):
        return None


def test_it_says_the_same_as_the_others_of_every_spoiled_statement(page: Watched) -> None:
    found = agree(page, spoiled_bytes(250))
    assert not any(map(holds, found))
    assert sum(said is None for said in found) > 5


def test_it_says_the_same_of_statements_that_the_programme_spoiled_and_sealed_again(page: Watched) -> None:
    texts: list[str | None] = []
    for seed, world in enumerate((small_world(), full_world(21, parts=3))):
        data = json.loads(json.dumps(document(world.data(FINN))))
        texts += [sealed_again(world.signer, data, random.Random(1000 * seed + number)) for number in range(200)]
    found = agree(page, [text for text in texts if text is not None])
    failed = {name for said in found if said for name, status in said if status == "failed"}
    assert failed >= {"form", "openings", "totals"}, failed


def test_one_wrong_digit_anywhere_is_named_as_the_others_name_it(page: Watched) -> None:
    """Near misses: form right, seal right, one value next to the true one."""
    world, chance = full_world(21, parts=3), random.Random(5)
    data = json.loads(json.dumps(document(world.data())))
    found = agree(page, [written(world.signer.seal(nudged(chance, data))) for _ in range(200)])
    failed = {name for said in found if said for name, status in said if status == "failed"}
    assert failed >= {"form", "openings", "proofs", "totals"}, failed


def nudged(chance: random.Random, value: Any) -> Any:
    """The same document with one digit of one text, or one number, changed."""
    if isinstance(value, dict) and value:
        key = chance.choice(sorted(value))
        return {**value, key: nudged(chance, value[key])}
    if isinstance(value, list) and value:
        at = chance.randrange(len(value))
        return [*value[:at], nudged(chance, value[at]), *value[at + 1 :]]
    digits = [at for at, each in enumerate(value) if each.isdigit()] if isinstance(value, str) else []
    if digits:
        at = chance.choice(digits)
        return f"{value[:at]}{chance.randrange(10)}{value[at + 1 :]}"
    return value + 1 if type(value) is int else value


def test_it_says_the_same_of_changes_of_replaced_currencies_that_are_a_micro_off(page: Watched) -> None:
    texts, right = [], []
    for given, got in ((0, 0), (1, 0), (2, 0), (0, 1), (0, -1), (-1, 0), (0, 2)):
        world, one = World(12), change("BGN", 0, 100_000_001)
        assert one is not None
        convert(world, FINN, Converted(one.quote, one.given + given, one.got + got))
        texts.append(written(world.statement()))
        right.append(worth("BGN", one.given + given) == one.got + got)
    assert [holds(said) for said in agree(page, texts)] == right
    assert set(right) == {True, False}


def test_it_compares_with_an_older_statement_and_with_a_key(page: Watched) -> None:
    world = full_world(5)
    older, size = written(world.statement()), world.frontier.size
    world.part()
    newer, bare = written(world.statement(FINN, "fan", size)), written(world.statement())
    other, key = written(full_world(6).statement()), str(world.signer.key)
    for text, before, keys in (
        (newer, older, None), (bare, older, None), (older, newer, None), (newer, other, None),
        (newer, None, [key]), (newer, None, [str(World(99).signer.key)]),
    ):  # fmt: skip
        assert by_page(page, [text], before, keys) == [by_file(text, before, keys)]


@pytest.mark.parametrize(
    "text", ["", "{", '{"a":1.5}', '{"a":1,"a":1}', "[" * 5000, "9007199254740992", "NaN", "[1] x"]
)
def test_what_is_no_statement_at_all_is_refused_as_elsewhere(page: Watched, text: str) -> None:
    assert not holds(by_page(page, [text])[0])
    assert not holds(by_file(text))


def test_signatures_are_checked_rightly_without_the_browsers_own(page: Watched) -> None:
    """By whole numbers, for browsers without Ed25519: a right signature, and each wrong in one bit."""
    world = full_world(3)
    judged = page.page.evaluate(
        """async ([module, key, note]) => {
          const log = await import(module);
          const known = await log.readKey(key);
          const gap = note.lastIndexOf("\\n\\n"), text = note.slice(0, gap + 1), tail = note.slice(gap + 2);
          const signature = log.unbase64(tail.trim().split(" ").pop()).slice(4);
          const bent = (bytes, at) => bytes.map((each, place) => each ^ (place === at ? 1 : 0));
          const found = [await log.verifyByNumbers(known.public, signature, log.utf8(text))];
          for (const at of [0, 31, 32, 63]) {
            found.push(await log.verifyByNumbers(known.public, bent(signature, at), log.utf8(text)));
          }
          found.push(await log.verifyByNumbers(bent(known.public, 0), signature, log.utf8(text)));
          found.push(await log.verifySignature(known.public, signature, log.utf8(text)));
          return found;
        }""",
        [page.base + assets.url("js/verifier/log.js"), str(world.signer.key), world.statement()["checkpoint"]],
    )
    assert judged == [True, False, False, False, False, False, True]


def test_a_person_checks_a_file_by_keyboard_without_a_network(browser: Browser, base: str, tmp_path: Path) -> None:
    good, bad = tmp_path / "statement.json", tmp_path / "changed.json"
    statement = full_world(5).statement()
    good.write_text(written(statement), "utf-8")
    statement["currencies"][0]["closing"]["available"] = "1000.000000"
    bad.write_text(written(statement), "utf-8")
    with watched(browser, base) as seen:
        seen.open("/verify")
        assert seen.faults() == []
        seen.page.context.set_offline(True)
        seen.page.get_by_label("The statement").set_input_files(good)
        seen.page.get_by_role("button", name="Check it").focus()
        seen.page.keyboard.press("Enter")
        seen.page.get_by_role("heading", name="Everything in it holds").wait_for()
        assert seen.page.evaluate("document.activeElement.id") == "answer"
        assert seen.page.locator(".verdict").count() == 13
        seen.fit("verified")
        seen.page.get_by_label("The statement").set_input_files(bad)
        seen.page.get_by_role("button", name="Check it").click()
        seen.page.get_by_role("heading", name="This statement is not proved").wait_for()
        expect(seen.page.get_by_text("does not hold").first).to_be_visible()
        assert seen.complaints() == []


def test_the_page_may_reach_nobody_and_its_script_is_small() -> None:
    answer = ask(app(), "/verify")
    policy = answer.headers["content-security-policy"]
    for rule in ("default-src 'none'", "connect-src 'none'", "form-action 'none'", "script-src 'self'"):
        assert rule in policy
    assert sum(len(gzip.compress(file.read_bytes())) for file in FILES) < 22_000
    assert "fanshare verify statement.json" in answer.text


def test_without_script_it_says_what_else_there_is(browser: Browser, base: str) -> None:
    with watched(browser, base, script=False) as seen:
        seen.page.goto(base + "/verify")
        expect(seen.page.get_by_text("script is switched off here")).to_be_visible()
        expect(seen.page.get_by_role("button", name="Check it")).not_to_be_visible()
        expect(seen.page.get_by_text("fanshare_verify.py")).to_be_visible()
