"""Crawlers and previews are recognised, and people with odd devices are not taken for them."""

import json
from pathlib import Path

import pytest

from fanshare.edge import agents
from fanshare.edge.agents import NOT_BOTS, Kind, judge, names_from

DATA = Path(agents.__file__).with_name("data")
ENTRIES = json.loads((DATA / "crawler-user-agents.json").read_text("utf-8"))

_KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
_IOS = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
PEOPLE = [
    f"{_IOS} Version/17.5 Mobile/15E148 Safari/604.1",
    f"{_IOS} CriOS/125.0.6422.80 Mobile/15E148 Safari/604.1",
    f"{_IOS} Mobile/15E148 Instagram 334.0.4.32.98 (iPhone14,5; iOS 17_5; de_DE; de; scale=3.00; 1170x2532; IABMV/1)",
    f"{_IOS} Mobile/15E148 [FBAN/FBIOS;FBAV/465.0.0.32.96;FBBV/603912345;FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS]",
    f"{_IOS} Mobile/21F79 BytedanceWebview/d8a21c6 musical_ly_34.5.0 JsSdk/2.0 NetType/WIFI Channel/App Store",
    f"{_IOS} Mobile/15E148 [Pinterest/iOS]",
    f"{_IOS} Mobile/15E148 Snapchat/12.87.0.40 (like Safari/8617.2.4.10.8, panda)",
    f"{_IOS} Mobile/15E148 WhatsApp/2.24.11.79",
    f"{_IOS} Mobile/15E148 Twitter for iPhone/10.42",
    f"{_IOS} GSA/318.0.638 Mobile/15E148 Safari/604.1",
    f"{_IOS} Mobile/15E148 MicroMessenger/8.0.49(0x1800312c) NetType/WIFI Language/de",
    f"{_IOS} Mobile/15E148 Viber/22.6.0",
    f"Mozilla/5.0 (Linux; Android 9; CUBOT_X19) {_KIT} Chrome/83.0.4103.106 Mobile Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 10; CUBOT NOTE 20) {_KIT} Chrome/124.0.0.0 Mobile Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 11; CUBOT) {_KIT} Chrome/124.0.0.0 Mobile Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 7.0; M bot 54) {_KIT} Chrome/64.0.3282.137 Mobile Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 8.1.0; M bot 60) {_KIT} Chrome/90.0.4430.210 Mobile Safari/537.36",
    f"Mozilla/5.0 (Linux; U; Android 9; zh-cn; Redmi Note 8) {_KIT} Mobile Safari/537.36 SogouMobileBrowser/5.3",
    f"Mozilla/5.0 (Linux; Android 8.1; Discovery P9) {_KIT} Chrome/96.0.4664.45 Mobile Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 14; SM-S918B; wv) {_KIT} Version/4.0 Chrome/125.0.6422.165 Mobile Safari/537.36",
    f"Mozilla/5.0 (Linux; Android 15; CPH2557 Build/AP3A.240617.008; wv) {_KIT} Instagram 406.0 Android (IABMV/1)",
    f"Mozilla/5.0 (Linux; Android 16; Pixel 10 Build/CP1A; wv) {_KIT} Chrome/146.0 MetaIAB Facebook",
    f"Mozilla/5.0 (Linux; Android 12; KFTRWI) {_KIT} Silk/118.3.1 like Chrome/118.0.5993.155 Safari/537.36",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_KIT} Chrome/125.0.0.0 Safari/537.36",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_KIT} Chrome/125.0.0.0 Safari/537.36 Edg/125.0.0.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:126.0) Gecko/20100101 Firefox/126.0",
    "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_KIT} Version/17.4.1 Safari/605.1.15",
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_KIT} Chrome/125.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0",
    "Opera/9.80 (Android; Opera Mini/36.2.2254/191.256; U; de) Presto/2.12.423 Version/12.16",
    "Nokia203/2.0 (20.37) Profile/MIDP-2.1 Configuration/CLDC-1.1",
]
PREVIEWS = [
    "WhatsApp/2.23.20.0 A",
    "WhatsApp/2.2412.54 W",
    "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slack-ImgProxy (+https://api.slack.com/robots)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "TelegramBot (like TwitterBot)",
    "Twitterbot/1.0",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) {_KIT} facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    "Mozilla/5.0 (compatible; redditbot/1.0; +http://www.reddit.com/feedback)",
    "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
]
BOTS = [
    "",
    "curl/8.5.0",
    "python-requests/2.31",
    "Go-http-client/2.0",
    "axios/1.6",
    "Mozilla/5.0 (compatible; GPTBot/1.1)",
]


@pytest.mark.parametrize("agent", PEOPLE)
def test_a_person_is_a_person(agent: str) -> None:
    assert judge(agent).kind is Kind.PERSON


@pytest.mark.parametrize("agent", PREVIEWS)
def test_a_preview_is_a_preview(agent: str) -> None:
    assert judge(agent).kind is Kind.PREVIEW


@pytest.mark.parametrize("agent", BOTS)
def test_a_program_is_a_program(agent: str) -> None:
    assert judge(agent).kind is Kind.BOT


def test_every_known_crawler_is_recognised_but_for_the_listed_exceptions() -> None:
    missed = {
        entry["pattern"]
        for entry in ENTRIES
        for example in entry.get("instances", ())
        if judge(example).kind is Kind.PERSON
    }
    assert missed <= set(NOT_BOTS)
    assert sum(len(entry.get("instances", ())) for entry in ENTRIES) > 2_000


def test_the_list_of_names_is_the_one_derived_from_the_data() -> None:
    assert (DATA / "bot-names.txt").read_text("utf-8").splitlines() == list(names_from(ENTRIES))


def test_a_plain_search_for_bot_would_take_phones_for_crawlers() -> None:
    assert sum("bot" in agent.lower() for agent in PEOPLE) >= 5


def test_platforms() -> None:
    found = {judge(agent).platform for agent in PEOPLE}
    assert found == {"ios", "android", "windows", "mac", "linux", "other"}


def test_an_endless_user_agent_is_judged_by_its_beginning() -> None:
    assert judge(PEOPLE[0] + "x" * 1_000_000).kind is Kind.PERSON
