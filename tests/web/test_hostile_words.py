"""What people type stays words: every free text, every page that shows it, in a real Chromium, with and without CSP."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import urlencode

import pytest
from django.template.backends.jinja2 import Template
from jinja2 import BaseLoader, Environment
from playwright.sync_api import Browser

from fanshare.flows import workbench_keys
from fanshare.flows.workbench_keys import Cost
from fanshare.store.server import Server
from fanshare.web import language, templating
from tests.support.schema import schema_template
from tests.web.support import poison, typed
from tests.web.support.books import WORDS
from tests.web.support.browser import Watched, chromium, watched
from tests.web.support.company import Company, founded
from tests.web.support.corpus import PAYLOADS
from tests.web.support.serving import served
from tests.web.test_signed_in_browser import (
    MESSAGE,
    PAGES,
    clicked,
    enter,
    held,
    own_code,
    received,
    token,
    written,
)
from tests.web.test_workbench_browser import PAGES as BOOKS

__all__ = ["schema_template"]

#: Pages beside those that every role's test opens: paths, and to whom.
MORE = {
    "cleo": (
        "/creator/linen/goals", "/creator/linen/page/products", "/account/linen", "/claims/linen",
        "/safety", *BOOKS.values(),
    ),
    "bea": (
        "/brand/linen/products", "/brand/linen/connections", "/brand/linen/people?q=Zqx",
        "/brand/linen/claims/{answered}", "/brand/linen/payouts/tax/{form}",
        "/brand/linen/applications/{application}",
    ),
    "otto": (),
    "finn": ("/fan/linen/rewards", "/fan/linen/questions", "/home"),
    "": (
        "/c/linen/cleo", "/terms/linen", "/", "/privacy", "/why/{token}", "/kit/linen/{kit}", "/sharing/linen",
        "/join/linen/fan/cleo",
    ),
}  # fmt: skip
#: No page that is only opened shows these: they go out by mail, are masked until somebody asks for them by a button, or
#: have no row in this installation.
NOWHERE = {
    "/payee/linen/tax name", "/payee/linen/tax street",
    "/brand/linen/people/write text", "/operator/programmes contact", "/payee/linen holder", "code.label_text",
    "code.shown", "code_plan.name", "connection.problem", "product.url", "programme.contact", "set_up_step.said",
    "settle_due.reason", "shop_code.label_text", "shop_code.problem",
}  # fmt: skip
#: What a page of ours never holds, whoever's words it shows. The scripts that it may hold are files of ours.
LOOK = """() => {
  const found = [];
  const never = new RegExp('^(iframe|object|embed|base|frame|frameset|applet|plaintext|xmp|marquee|math|foreignobject'
    + '|animate|style|audio|video)$');
  const schemes = /^(https?|mailto|sms|tel|webcal|otpauth|whatsapp):$/;
  for (const one of document.querySelectorAll('*')) {
    const tag = one.localName;
    if (never.test(tag)) found.push('<' + tag + '>');
    if (tag === 'script' && !(one.src.startsWith(location.origin + '/static/') || one.type === 'application/json'))
      found.push(one.outerHTML.slice(0, 200));
    if (tag === 'meta' && one.httpEquiv.toLowerCase() === 'refresh') found.push('refresh');
    for (const each of one.attributes) {
      if (each.name.startsWith('on') || each.name === 'planted' || each.name === 'srcdoc' || each.name === 'style')
        found.push(tag + ' ' + each.name);
      if (/^(href|src|action|formaction|xlink:href|data|poster|background)$/.test(each.name)) {
        const url = new URL(each.value, location.href);
        if (!schemes.test(url.protocol) && !(tag === 'img' && /^data:image\\/(png|svg\\+xml)[;,]/.test(each.value)))
          found.push(tag + ' ' + each.name + '=' + each.value.slice(0, 80));
      }
    }
  }
  return found.concat(window.ran || []);
}"""
#: The marks on a page, which is much longer than they.
MARKS = "[...new Set(document.documentElement.outerHTML.match(/zqx[0-9]{3}z/gi))].join(' ')"
CANARY = "window.ran = []; window.planted = () => { window.ran.push('it ran on ' + location.pathname) };"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The installation in which everything that can be typed is a mark."""
    with (
        founded(pg_server, schema_template, tmp_path_factory.mktemp("hostile")) as made,
        pytest.MonkeyPatch.context() as m,
    ):
        m.setattr(workbench_keys, "COST", Cost(64, 1, 1))
        for step in (clicked, written, held, typed.type_everything, partial(typed.bring_in, pg_server)):
            step(made)
        yield made


@pytest.fixture(scope="module")
def base(company: Company) -> Iterator[str]:
    app = company.app(poison.reading, hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with poison.expanded(), served(app) as address:
        yield address


def pages(company: Company, who: str) -> list[str]:
    """The paths that somebody is shown."""
    value = company.house.value
    known = {
        "creator": company.brand.cleo,
        "order": value("SELECT id FROM shop_order WHERE external_id LIKE 'H1003%%'"),
        "claim": value("SELECT max(id) FROM claim"),
        "receipt": received(company),
        "message": MESSAGE.hex(),
        "shown": value("SELECT id FROM fan_shown"),
        "post": value("SELECT id FROM post"),
        "thread": value("SELECT id FROM question_thread"),
        "code": company.brand.code,
        "own_code": own_code(company),
        "token": token(company),
        "answered": value("SELECT min(id) FROM claim"),
        "form": value("SELECT min(id) FROM tax_form"),
        "kit": value("SELECT token FROM media_kit"),
        "application": value("SELECT min(id) FROM application"),
    }
    return [path.format(**known) for path in (*PAGES[who].values(), *MORE[who])]


def look(seen: Watched, path: str) -> list[str]:
    """What is wrong on a page."""
    answer = seen.page.goto(seen.base + path)
    assert answer is not None
    found: list[str] = seen.page.evaluate(LOOK)
    return found + seen.complaints() + ([] if answer.status == 200 else [f"status {answer.status}"])


def unlocked(seen: Watched) -> None:
    seen.page.goto(seen.base + "/workbench")
    seen.page.get_by_label("Passphrase").fill(WORDS)
    seen.press(seen.page.get_by_role("button", name="Unlock"))


@pytest.mark.parametrize("policy", [True, False], ids=["with the policy", "without"])
def test_no_word_of_anybody_becomes_a_program(browser: Browser, company: Company, base: str, policy: bool) -> None:
    shown: set[str] = set()
    wrong: dict[str, list[str]] = {}
    for who in MORE:
        with watched(browser, base, bypass_csp=not policy) as seen:
            seen.page.add_init_script(CANARY)
            if who:
                enter(seen, company, who)
            if who == "cleo":
                unlocked(seen)
            # The policy is the same on every page, so a fourth of them shows what it says.
            for path in pages(company, who)[:: 4 if policy else 1]:
                if found := look(seen, path):
                    wrong[path] = found
                    seen.console.clear()
                shown |= poison.shown_in(seen.page.evaluate(MARKS))
    assert wrong == {}
    assert policy or poison.places() - shown <= NOWHERE, "no page shows what is typed there: look at more pages"


def chunks(most: int) -> list[str]:
    """The corpus in as few texts as have ``most`` characters each; what is longer alone is left out."""
    found = [""]
    for one in (one.replace("\x00", "") for one in PAYLOADS if len(one) <= most):
        found.append(one) if len(found[-1]) + len(one) >= most else found.append(f"{found.pop()} {one}".strip())
    return found


def test_what_is_searched_for_stays_words(browser: Browser, company: Company, base: str) -> None:
    """What stands in an address comes back in the page: in the form, in links to further pages and files."""
    with watched(browser, base, bypass_csp=True) as seen:
        seen.page.add_init_script(CANARY)
        enter(seen, company, "bea")
        for one in chunks(200):
            assert look(seen, f"/brand/linen/orders?{urlencode({'q': one, 'from': '2026-01-01'})}") == [], one
            assert seen.page.get_by_role("searchbox").input_value().strip() == re.sub(r"[\r\n]", "", one).strip()


#: Sends what a form would, with its hidden fields, past every check that a browser makes.
SEND = """([path, values]) => {
  const form = document.createElement('form');
  const hidden = [...document.querySelectorAll('input[type=hidden]')].map((one) => [one.name, one.value]);
  for (const [name, value] of Object.entries({...Object.fromEntries(hidden), ...values})) {
    const field = document.createElement('textarea');
    [field.name, field.value] = [name, value];
    form.append(field);
  }
  [form.method, form.action] = ['post', path];
  document.body.append(form);
  form.submit();
}"""
#: What makes a form be refused that would take any words.
SPOILED = {"do": "nothing", "country": "x", "amount": "x", "key": "", "verdict": "x", "answer": "x"}


def refused(seen: Watched, path: str, values: dict[str, str]) -> tuple[list[str], str]:
    """What is wrong on the page that answers a form, and what it shows; nothing where the form leads on."""
    at = seen.page.goto(seen.base + path)
    if at is None or at.status != 200:
        seen.page.goto(seen.base + "/account/home")
    with seen.page.expect_navigation() as answered:
        seen.page.evaluate(SEND, [path, values])
    answer = answered.value
    assert answer is not None
    assert answer.status < 500, path
    found: list[str] = seen.page.evaluate(LOOK)
    if answer.status < 400:
        return found, ""
    found += [one for one in seen.complaints() if f"status of {answer.status}" not in one]
    seen.console.clear()
    return found, str(seen.page.evaluate("document.documentElement.outerHTML"))


def test_what_comes_back_with_a_refusal_stays_words(browser: Browser, company: Company, base: str) -> None:
    """Every form that takes words, with the whole corpus in each of them at once and nothing else right."""
    wrong: dict[str, list[str]] = {}
    back, count = set(), 0
    known = typed.known(company)
    hostile = " ".join(PAYLOADS).replace("\x00", "")
    for who, forms in typed.FORMS.items():
        with watched(browser, base, bypass_csp=True) as seen:
            seen.page.add_init_script(CANARY)
            enter(seen, company, who)
            for path, fields, fixed in forms:
                place = path.format(**known)
                values = {**fixed, **{name: SPOILED.get(name, "") for name in fixed}}
                found, text = refused(seen, place, values | dict.fromkeys(fields.split(), hostile))
                if found:
                    wrong[path] = found
                if "planted(1)" in text:
                    back.add(path)
                count += bool(text)
    assert wrong == {}
    assert count > 10, "most forms refuse this"
    assert len(back) > 5, "what is typed comes back: look whether these forms still give it"


class Careless(BaseLoader):
    """The templates, one of which trusts what somebody typed."""

    def __init__(self, sound: BaseLoader) -> None:
        self.sound = sound

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, name, fresh = self.sound.get_source(environment, template)
        if template != "claims/claim.html":
            return source, name, fresh
        assert "#{{ number }}" in source
        return source.replace("#{{ number }}", "#{{ number | safe }}"), name, fresh


@pytest.mark.parametrize("policy", [True, False], ids=["with the policy", "without"])
def test_one_template_that_trusts_what_was_typed_would_be_found(
    browser: Browser, company: Company, base: str, monkeypatch: pytest.MonkeyPatch, policy: bool
) -> None:
    def careless(self: templating.Templates, name: str) -> Template:
        made = templating.environment(language.spoken(), loader=Careless(self.env.loader), auto_reload=False)
        return Template(made.get_template(name), self)

    with watched(browser, base, bypass_csp=not policy) as seen:
        seen.page.add_init_script(CANARY)
        enter(seen, company, "finn")
        assert look(seen, "/claims/linen") == []
        monkeypatch.setattr(templating.Templates, "get_template", careless)
        # One of them is enough; others lead away to another host before anybody could look.
        monkeypatch.setattr(poison, "CORPUS", "<img src=x onerror=planted(1)>")
        found = look(seen, "/claims/linen")
        if policy:
            seen.page.wait_for_timeout(200)  # in which it would have run
        else:
            seen.page.wait_for_function("window.ran.length > 0")
        found += seen.page.evaluate("window.ran")
    assert any(one.startswith("img on") for one in found)
    assert any("Content Security Policy" in one for one in found) is policy
    assert any(one.startswith("it ran") for one in found) is not policy
