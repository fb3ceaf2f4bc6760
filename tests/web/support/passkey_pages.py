"""Passkeys by the pages, as a browser without a window uses them: added, and used to sign in."""

import json
import re
from html import unescape
from typing import Any

from fanshare.flows import staff
from fanshare.flows.authorisation import Post
from fanshare.flows.people import Joiner, add_creator
from tests.edge.running import KEYS
from tests.web.support.address import send, words
from tests.web.support.books import WORDS
from tests.web.support.company import Company
from tests.web.support.device import Device
from tests.web.support.passkey import Authenticator
from tests.web.support.serving import Answer

#: Where a passkey is let open books.
LET = "/workbench/lock/passkey"


def options(answer: Answer) -> dict[str, Any]:
    """What the page asks the browser with."""
    found = re.search(r'data-options="([^"]+)"', answer.text)
    assert found is not None, answer.text
    asked: dict[str, Any] = json.loads(unescape(found[1]))
    return asked


def add(device: Device, authenticator: Authenticator, name: str = "Phone", **how: Any) -> Answer:
    """Make a passkey on the page that asks for one."""
    asked = options(send(device, "/safety/passkeys"))
    return send(device, "/safety/passkeys", passkey_answer=authenticator.make(asked, **how), name=name)


def with_passkey(company: Company, name: str) -> tuple[Device, Authenticator, list[str]]:
    """Somebody signed in who has just added a passkey: her browser, what holds the passkey, her recovery codes."""
    device, authenticator = company.device(name), Authenticator()
    added = add(device, authenticator)
    assert added.status == 200, words(added)
    codes = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", added.text)
    assert len(set(codes)) == 10
    return device, authenticator, codes


def creator(company: Company, name: str) -> int:
    return add_creator(company.brand.programme, Joiner(name.title(), f"{name}@example.test"), company.house.now)


def manager(company: Company, name: str) -> None:
    access, tenant = company.brand.access, company.brand.tenant
    post = Post.MANAGER
    staff.add_brand_person(access, tenant.public_id, KEYS, f"{name}@example.test", company.house.now, post=post)


def enter(device: Device, authenticator: Authenticator, **how: Any) -> Answer:
    asked = options(device.get("/sign-in?again=1"))
    return send(device, "/sign-in/passkey", passkey_answer=authenticator.get(asked, **how))


def refused(answer: Answer) -> bool:
    return answer.status == 422 and "This passkey did not work here" in words(answer)


def asked(answer: Answer) -> dict[str, Any]:
    """What a page of her books asks the browser with."""
    found = options(answer)
    assert found["userVerification"] == "required"
    return found


def let(device: Device, authenticator: Authenticator, passphrase: str = WORDS) -> Answer:
    """Let the newest passkey open her books, which are open."""
    wanted = asked(device.get("/workbench/lock"))
    sent = {"passkey_answer": authenticator.get(wanted), "passkey_made": authenticator.made(wanted)}
    return send(device, LET, old=passphrase, **sent)


def answered(device: Device, authenticator: Authenticator, **more: str) -> dict[str, str]:
    """What the browser sends to open them."""
    wanted = asked(device.get("/workbench/unlock"))
    return {"passkey_answer": authenticator.get(wanted), "passkey_made": authenticator.made(wanted), **more}


def open_books(device: Device, authenticator: Authenticator, **more: str) -> Answer:
    """Open them by the newest passkey."""
    return send(device, "/workbench/unlock", **answered(device, authenticator, **more))
