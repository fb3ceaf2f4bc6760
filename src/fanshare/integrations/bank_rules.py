"""Rules about files for banks: what a rule is, what a broken one looks like, and how a broken file is refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from fanshare.core.errors import BadInputError

#: A broken rule's id and the place.
type Offence = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: ``source`` is the document it comes from, ``advice`` a sentence that says what to do."""

    rule_id: str
    source: str
    advice: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken rule and the place: ``the file``, ``payment 1``, ``transfer 17``. No name or account stands in it."""

    rule: Rule
    place: str

    @property
    def rule_id(self) -> str:
        """The rule's id."""
        return self.rule.rule_id

    @property
    def sentence(self) -> str:
        """Place and advice, for a person."""
        return f"{self.place[:1].upper()}{self.place[1:]}: {self.rule.advice}"


def rules_of(texts: Iterable[tuple[str, str, str]]) -> Mapping[str, Rule]:
    """The rules of (id, source, advice), by id."""
    return MappingProxyType({rule_id: Rule(rule_id, source, advice) for rule_id, source, advice in texts})


def collect(offences: Iterable[Offence], rules: Mapping[str, Rule], most: int) -> list[Finding]:
    """The first ``most`` broken rules."""
    found: list[Finding] = []
    for rule_id, place in offences:
        found.append(Finding(rules[rule_id], place))
        if len(found) >= most:
            break
    return found


def refuse(found: Sequence[Finding], kind: str) -> None:
    """Raise ``BadInputError`` (code: kind and rule) for the first finding, telling how many others there are."""
    if found:
        others = f" There are {len(found) - 1} more." if len(found) > 1 else ""
        raise BadInputError(f"{kind}_{found[0].rule_id}".replace("-", "_"), found[0].sentence + others)
