"""A page store in memory: the real pages over data a test can write in a line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fanshare.web.pages_port import DemoReport, ProgrammeCard, ProgrammeTerms, PublicCreator, WhyLine


@dataclass(slots=True)
class MemoryPageStore:
    """Answers from dictionaries: creators by (programme slug, creator slug), terms by slug, lines by token."""

    cards: Sequence[ProgrammeCard] = ()
    creators: Mapping[tuple[str, str], PublicCreator] = field(default_factory=dict)
    terms_pages: Mapping[str, ProgrammeTerms] = field(default_factory=dict)
    lines: Mapping[str, WhyLine] = field(default_factory=dict)
    report: DemoReport | None = None

    def programmes(self) -> Sequence[ProgrammeCard]:
        return sorted(self.cards, key=lambda card: card.name)

    def creator(self, programme_slug: str, creator_slug: str) -> PublicCreator | None:
        return self.creators.get((programme_slug, creator_slug))

    def terms(self, programme_slug: str) -> ProgrammeTerms | None:
        return self.terms_pages.get(programme_slug)

    def why(self, token: str) -> WhyLine | None:
        return self.lines.get(token)

    def demo(self) -> DemoReport | None:
        return self.report
