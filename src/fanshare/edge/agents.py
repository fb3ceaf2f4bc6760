"""Who is asking, by the user agent: a person's browser, a crawler, or a chat that draws a preview.

A browser introduces itself as ``Mozilla/5.0 (...)``; whatever does not is a program. Programs that dress up as
browsers are found by general words (bot, crawl, an address to complain to) and by the names in
``data/bot-names.txt``. A wrong "person" costs a wrong count, a wrong "crawler" costs somebody's earnings; so a rule
that hits real devices is left out (phones are called CUBOT and M bot 54; apps show pages in a browser of their own).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

_DATA = Path(__file__).with_name("data")
_NAMES = _DATA / "bot-names.txt"
#: Longer ones are judged by their beginning; it also bounds what strangers can make the cache hold.
_LONGEST = 1024


class Kind(StrEnum):
    """What kind of visitor a user agent names."""

    PERSON = "person"
    PREVIEW = "preview"
    BOT = "bot"


class Agent(NamedTuple):
    """The judgement, and the platform: ios, android, windows, mac, linux or other."""

    kind: Kind
    platform: str


_BROWSER = re.compile(r"mozilla/[45]\.|opera/\d|.*(?:midp|cldc|ucweb)", re.ASCII)
#: Chats and networks that fetch a page to show a card of it. Searched one by one: ten times as fast as one pattern.
_PREVIEWS = (
    *("facebookexternalhit", "facebot", "facebookcatalog", "meta-externalfetcher", "whatsapp/", "twitterbot"),
    *("slackbot", "slack-imgproxy", "discordbot", "telegrambot", "linkedinbot", "skypeuripreview", "viber"),
    *("redditbot", "pinterestbot", "pinterest.com/bot", "iframely", "embedly", "snap url preview", "snapurlpreview"),
    *("bufferlinkpreview", "evernoterichlink", "clickuplinkunfurl", "arenaunfurl", "bluesky", "mastodon"),
    *("microsoftpreview", "bingpreview", "google web preview", "yahoo link preview", "orlo-linkpreview", "notion/"),
    *("linkpreview", "dingtalkbot", "mattermost-bot", "beeperbot", "groupmebot", "keybasebot", "vkshare", "odklbot"),
    *("summalybot", "flipboardproxy", "tumblr/", "kakaotalk-scrap", "opengraph", "lemmy", "friendica"),
)
_GENERAL_WORDS = (
    *("robot", "crawl", "spider", "http://", "https://", "headless", "lighthouse", "slurp", "archiver", "scanner"),
    *("scraper", "validator", "checker", "checkly", "checkhost", "monitoring", "fetcher", "curl/", "wget", "python"),
    *("uptime", "synthetic", "phantomjs", "selenium", "puppeteer", "playwright", "google-", "read-aloud"),
    *("externalhit", "preview/", "preview)", "preview "),
)
_BOT = re.compile(r"(?<!cu)(?<!\bm )bots?(?![a-z])|\bwww\.|\S@\S|\bjava/", re.ASCII)
#: Patterns of the crawler list that name what people use, with the reason.
NOT_BOTS = {
    r"AP3A\.240617\.008": "the build number of an Android phone, here inside Instagram",
    "MetaIAB Facebook": "the browser inside the Facebook app",
    "Fluid": "makes a Mac application of a page",
    r"Code\/1\.": "pages shown inside an editor",
    r"Trae\/": "pages shown inside an editor",
    "WhatsApp": "the app's own name also stands in browsers of real devices; the preview is recognised above",
    "Viber": "as above",
    "Sogou": "a browser of real phones",
}
_PLATFORMS = (
    ("android", "android"),
    ("iphone", "ios"),
    ("ipad", "ios"),
    ("ipod", "ios"),
    ("windows", "windows"),
    ("macintosh", "mac"),
    ("cros", "linux"),
    ("linux", "linux"),
)


def judge(user_agent: str) -> Agent:
    """The kind and platform of a user agent. An empty one is a program's."""
    return _judge(user_agent[:_LONGEST])


@lru_cache(maxsize=16_384)
def _judge(user_agent: str) -> Agent:
    text = user_agent.lower()
    return Agent(_kind(text), next((name for token, name in _PLATFORMS if token in text), "other"))


def _kind(text: str) -> Kind:
    browser = _BROWSER.match(text) is not None
    program = not browser or _is_program(text)
    # In a browser's name a chat may stand because its app shows the page; its preview also says that it is a program.
    if program and _any_of(_PREVIEWS, text):
        return Kind.PREVIEW
    return Kind.BOT if program or _any_of(_names(), text) else Kind.PERSON


def _is_program(text: str) -> bool:
    return _any_of(_GENERAL_WORDS, text) or _BOT.search(text) is not None


def _any_of(words: Iterable[str], text: str) -> bool:
    for word in words:  # noqa: SIM110  # any() with a generator takes three times as long
        if word in text:
            return True
    return False


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    return tuple(_NAMES.read_text("utf-8").splitlines())


def names_from(entries: Iterable[Mapping[str, Any]]) -> Sequence[str]:
    """The names to look for, in lower case: one for every pattern of the crawler list that has an example which
    passes for a browser and is not found by a general word."""
    names = set()
    for entry in entries:
        examples = [str(example).lower() for example in entry.get("instances", ())]
        if entry["pattern"] not in NOT_BOTS and any(_passes(text) for text in examples):
            names.add(_literal(str(entry["pattern"])))
    return sorted(names)


def _passes(text: str) -> bool:
    return _BROWSER.match(text) is not None and not _is_program(text)


def _literal(pattern: str) -> str:
    """The fixed text of a simple pattern: ``(^| )PTST\\/`` is ``ptst/``."""
    text = re.sub(r"\[(\w)\w\]", r"\1", pattern.replace("(^| )", ""))
    return text.replace("\\", "").strip("^$").lower()


def _renew() -> None:
    entries = json.loads((_DATA / "crawler-user-agents.json").read_text("utf-8"))
    _NAMES.write_text("".join(f"{name}\n" for name in names_from(entries)), "utf-8")


if __name__ == "__main__":
    _renew()
