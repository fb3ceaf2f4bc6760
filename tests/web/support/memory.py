"""A page store in memory: the real pages over data a test can write in a line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fanshare.web.pages_port import (
    DemoReport,
    ProgrammeCard,
    ProgrammeTerms,
    PublicCreator,
    PublicKit,
    PublicText,
    WhyLine,
)


@dataclass(slots=True)
class MemoryPageStore:
    """Answers from dictionaries: creators by (programme slug, creator slug), terms by slug, lines by token."""

    cards: Sequence[ProgrammeCard] = ()
    creators: Mapping[tuple[str, str], PublicCreator] = field(default_factory=dict)
    terms_pages: Mapping[str, ProgrammeTerms] = field(default_factory=dict)
    lines: Mapping[str, WhyLine] = field(default_factory=dict)
    report: DemoReport | None = None
    texts: Mapping[tuple[str, str], PublicText] = field(default_factory=dict)
    pictures: Mapping[tuple[str, str], bytes] = field(default_factory=dict)
    kits: Mapping[tuple[str, str], PublicKit] = field(default_factory=dict)

    def programmes(self) -> Sequence[ProgrammeCard]:
        return sorted(self.cards, key=lambda card: card.name)

    def creator(self, programme_slug: str, creator_slug: str) -> PublicCreator | None:
        return self.creators.get((programme_slug, creator_slug))

    def kit(self, programme_slug: str, token: str) -> PublicKit | None:
        return self.kits.get((programme_slug, token))

    def picture(self, programme_slug: str, picture: str) -> bytes | None:
        return self.pictures.get((programme_slug, picture))

    def terms(self, programme_slug: str) -> ProgrammeTerms | None:
        return self.terms_pages.get(programme_slug)

    def why(self, token: str) -> WhyLine | None:
        return self.lines.get(token)

    def text(self, kind: str, language: str) -> PublicText | None:
        known = (self.texts.get((kind, one)) for one in (language, "en", "de"))
        return next((text for text in known if text is not None), None)

    def demo(self) -> DemoReport | None:
        return self.report
