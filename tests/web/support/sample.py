"""The sample the page tests look at: Bea's shop, Cleo, Finn, and the worked order of 59.00."""

from dataclasses import replace

from fanshare.core.instants import DAY, parse_rfc3339
from fanshare.core.money import parse_amount as m
from fanshare.core.sharing import Shares
from fanshare.web.pages_port import (
    DemoLink,
    DemoReport,
    DemoSection,
    Evidence,
    PayoutLine,
    ProgrammeCard,
    ProgrammeTerms,
    PublicCreator,
    PublicLink,
    PublicPicture,
    PublicSection,
    PublicText,
    Split,
    TermsVersion,
    WhyLine,
)
from tests.web.support.memory import MemoryPageStore

NOW = parse_rfc3339("2026-11-30T12:00:00Z")
SOLD = parse_rfc3339("2026-11-22T10:30:00Z")
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

BEA = ProgrammeCard(
    slug="bea",
    name="Bea Linen",
    about="Shirts and sheets, sewn in Ghent.",
    time_zone="Europe/Berlin",
    contact="help@bea.example",
    is_demo=True,
)

DIRECT = Split("EUR", m("59.00"), Shares(m("7.08"), 0, 0))
WITH_FAN = Split("EUR", m("59.00"), Shares(m("5.31"), m("1.416"), m("0.354")))

CLEO = PublicCreator(
    programme=BEA,
    slug="cleo",
    name="Cleo",
    about="I mend, dye and wear linen all year. Ask me about sizes before you buy.",
    links=(
        PublicLink("/r/cleo-shirt", "The shirt I wear every Friday", "Ad"),
        PublicLink("/r/cleo-de", "Leinenhemd, Größe M", "Werbung", "de", "Germany, Instagram"),
        PublicLink("https://shop.bea.example/sheets?a=1&b=2", "Sheets that get softer", "Ad: I earn if you buy"),
    ),
    direct=DIRECT,
    through_fan=WITH_FAN,
    picture=PublicPicture("/picture/bea/none", "Cleo at her loom", 640, 480),
    sections=(
        PublicSection(
            "How I wash linen",
            "Cold, with *little* soap:\n\n- no softener\n- [the long story](https://cleo.example/wash)",
        ),
    ),
)

FAN_LINE = WhyLine(
    programme=BEA,
    creator_name="Cleo",
    role="fan",
    split=WITH_FAN,
    bucket="pending",
    matures_at=SOLD + 30 * DAY,
    sentences=(
        "Your link brought this buyer on Sat 14 Nov.",
        "Commission is 12 % of the goods: 7.08. Your part is 20 % of it: 1.416.",
        "Ready Tue 22 Dec, 30 days after shipping.",
    ),
    terms_version=3,
    terms_hash=HASH,
    evidence=(
        Evidence(parse_rfc3339("2026-11-14T09:00:00Z"), "The buyer followed your link to Cleo's linen shirt."),
        Evidence(SOLD, "The shop reported the order and named your link."),
    ),
)
CREATOR_LINE = replace(
    FAN_LINE,
    role="creator",
    bucket="available",
    order_label="#1042",
    matures_at=parse_rfc3339("2026-11-26T10:00:00Z"),
    sentences=(
        "Finn's link brought this buyer on Sat 14 Nov.",
        "Commission is 12 % of the goods: 7.08. What the fan and the buyer leave of it is yours: 5.31.",
    ),
    evidence=(Evidence(SOLD, "The shop reported the order and named a link of one of your fans."),),
    payouts=(PayoutLine(parse_rfc3339("2026-11-27T10:00:00Z"), m("5.31"), "in_transit"),),
)
HELD_LINE = replace(
    FAN_LINE,
    bucket="held",
    held_until=parse_rfc3339("2026-12-05T10:00:00Z"),
    hold_reason="The same click was named by orders of three buyers. A leaked link is usually not your fault.",
    estimated=True,
)
REFUNDED_LINE = replace(FAN_LINE, split=Split("EUR", 0, Shares(0, 0, 0)), evidence=())

TOKENS = {
    "fan-line-token-000000001": FAN_LINE,
    "creator-line-token-00002": CREATOR_LINE,
    "held-line-token-00000003": HELD_LINE,
    "refunded-line-token-0004": REFUNDED_LINE,
}

TERMS = ProgrammeTerms(
    BEA,
    (
        TermsVersion(
            4, parse_rfc3339("2027-01-04T00:00:00Z"), HASH[::-1], ("From then on the commission is 14 % of the goods.",)
        ),
        TermsVersion(
            3,
            parse_rfc3339("2026-11-02T00:00:00Z"),
            HASH,
            (
                "The commission is 12 % of the goods, without tax and shipping.",
                "A fan who brings a new buyer gets 20 % of it, unless the creator chooses another part.",
                "Money is ready 30 days after shipping.",
            ),
            WITH_FAN,
        ),
        TermsVersion(2, parse_rfc3339("2026-01-05T00:00:00Z"), HASH, ("The commission is 10 % of the goods.",)),
    ),
)

REPORT = DemoReport(
    figures=(("clicks", "61,204"), ("orders", "6,118"), ("books", "balanced"), ("what the cheats gained", "0.00 €")),
    sections=(
        DemoSection("Creators", (DemoLink("/c/bea/cleo", "Cleo", "31 orders"), DemoLink("/c/bea/empty", "Emma"))),
        DemoSection("Amounts", (DemoLink("/why/fan-line-token-000000001", "Why 1.41 €", "a fan's part"),)),
    ),
)

PRIVACY = PublicText("en", "# Who keeps it\n\nBea, Ghent.\n\n- What the shop reports\n- Nothing else", SOLD)

#: Every page of the sample by a name for pictures.
PAGES = {
    "start": "/",
    "creator": "/c/bea/cleo",
    "creator-empty": "/c/bea/emma",
    "terms": "/terms/bea",
    "why-waiting": "/why/fan-line-token-000000001",
    "why-ready": "/why/creator-line-token-00002",
    "why-checked": "/why/held-line-token-00000003",
    "why-refunded": "/why/refunded-line-token-0004",
    "demo": "/demo",
    "privacy": "/privacy",
    "imprint": "/imprint",
    "accessibility": "/accessibility",
    "missing": "/no/such/page",
}


def store() -> MemoryPageStore:
    """Everything above behind the port."""
    emma = PublicCreator(BEA, "emma", "Emma")
    return MemoryPageStore(
        cards=(BEA,),
        creators={("bea", "cleo"): CLEO, ("bea", "emma"): emma},
        terms_pages={"bea": TERMS},
        lines=TOKENS,
        report=REPORT,
        texts={("privacy", "en"): PRIVACY},
    )
