"""The advertising label a link carries, by the country in which it is shared.

Germany: § 5a (4) UWG and § 6 DDG ("Werbung" or "Anzeige"); United Kingdom: CAP Code 2.1 ("Ad", before the link; the
regulator finds "affiliate" alone too weak); United States: 16 CFR 255.5. Elsewhere the plain word of the language for
advertising. What a platform switches on besides (TikTok, YouTube, Instagram) does not replace the words.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fanshare.core.errors import BadInputError
from fanshare.core.marks import later

#: Where something can be shared: what is stored -> what is read.
PLATFORMS: Mapping[str, str] = {
    "instagram": "Instagram",
    "tiktok": "TikTok",
    "youtube": "YouTube",
    "whatsapp": "WhatsApp",
    "podcast": "Podcast",
    "blog": "Blog",
    "newsletter": "Newsletter",
    "other": later("Other"),
}


@dataclass(frozen=True, slots=True)
class Country:
    """A country with the label that is used there: short, and as the first words of a message."""

    code: str
    name: str
    language: str
    label: str
    message: str


_ENGLISH = ("en", "Ad", "Ad: I earn if you buy")
_GERMAN = ("de", "Werbung", "Werbung: Ich verdiene mit, wenn du kaufst")

COUNTRIES: Mapping[str, Country] = {
    code: Country(code, name, *words)
    for code, name, words in (
        ("AT", later("Austria"), _GERMAN),
        ("AU", later("Australia"), _ENGLISH),
        ("BE", later("Belgium"), ("nl", "Advertentie", "Advertentie: ik verdien mee als je koopt")),
        ("CA", later("Canada"), _ENGLISH),
        ("CH", later("Switzerland"), _GERMAN),
        ("DE", later("Germany"), _GERMAN),
        ("DK", later("Denmark"), ("da", "Reklame", "Reklame: jeg tjener, hvis du køber")),
        ("ES", later("Spain"), ("es", "Publicidad", "Publicidad: gano si compras")),
        ("FR", later("France"), ("fr", "Publicité", "Publicité : je gagne si vous achetez")),
        ("GB", later("United Kingdom"), _ENGLISH),
        ("IE", later("Ireland"), _ENGLISH),
        ("IT", later("Italy"), ("it", "Pubblicità", "Pubblicità: guadagno se acquisti")),
        ("NL", later("Netherlands"), ("nl", "Advertentie", "Advertentie: ik verdien mee als je koopt")),
        ("PL", later("Poland"), ("pl", "Reklama", "Reklama: zarabiam, jeśli kupisz")),
        ("PT", later("Portugal"), ("pt", "Publicidade", "Publicidade: ganho se comprar")),
        ("SE", later("Sweden"), ("sv", "Reklam", "Reklam: jag tjänar om du köper")),
        ("US", later("United States"), _ENGLISH),
    )
}


def country(code: str) -> Country:
    """A country by its two letters. Raises ``BadInputError`` (``unknown_country``)."""
    found = COUNTRIES.get(code.upper())
    if found is None:
        raise BadInputError("unknown_country", "We know no advertising label for this country; choose another one.")
    return found


def message(label: Country, words: str, address: str) -> str:
    """A message that is ready to send: it begins with the label, then says what it is about, then the address."""
    about = f" {words.strip()}" if words.strip() else ""
    return f"{label.message}.{about} {address}"
