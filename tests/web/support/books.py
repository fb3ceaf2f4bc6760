"""Helpers of tests about a creator's own books: a device, what she reads, books that are open."""

import re
from html import unescape

from tests.web.support.device import Device
from tests.web.support.serving import Answer

WORDS = "correct horse battery staple"
FIELD = "passphrase_of_the_books"


def words(answer: Answer) -> str:
    """What a reader sees, spaces made one."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def send(device: Device, path: str, **values: str) -> Answer:
    """A form sent without looking at its page before."""
    device.get("/sign-out")
    return device.post(path, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values})


def make(device: Device, passphrase: str = WORDS, currency: str = "EUR") -> str:
    """Make books; the recovery code."""
    answer = send(device, "/workbench/start", new=passphrase, again=passphrase, currency=currency)
    assert answer.status == 200, words(answer)
    found = re.search(r"<code class=\"hash\">([a-z2-9-]{35})</code>", answer.text)
    assert found is not None
    return found[1]


def unlock(device: Device, passphrase: str = WORDS, **more: str) -> Answer:
    """Send the passphrase."""
    return send(device, "/workbench/unlock", **{FIELD: passphrase}, **more)


def add(device: Device, kind: str, **values: str) -> str:
    """Write down an entry; where its page is."""
    path = f"/workbench/add/{kind}"
    page = device.get(path).text
    usual = dict(re.findall(r'<input id="f-([a-z_]+)" name="[a-z_]+"[^>]* value="([^"]*)"', page))
    for name, options in re.findall(r'<select id="f-([a-z_]+)"[^>]*>(.*?)</select>', page):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        usual[name] = "" if chosen is None else chosen[1]
    answer = send(device, path, **{**usual, **values})
    assert answer.status == 302, words(answer)
    return answer.headers["location"]
