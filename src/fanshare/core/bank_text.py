"""The characters that every bank has to take, and what others become.

Source: EPC217-08, "SEPA requirements for an extended character set", which names the basic set and says how to convert.
It has one letter for most; umlauts keep to the German custom of two (ä is ae), which it leaves open.
"""

import re
import unicodedata

BASIC = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*", re.ASCII)

_LETTERS = """
ä ae ö oe ü ue Ä Ae Ö Oe Ü Ue ß ss ẞ SS æ ae Æ AE œ oe Œ OE ø o Ø O å a Å A ð d Ð D þ th Þ Th đ d Đ D ł l Ł L ħ h Ħ H
ı i ĸ k ŋ n Ŋ N ŧ t Ŧ T ſ s
α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o
Α A Β V Γ G Δ D Ε E Ζ Z Η I Θ Th Ι I Κ K Λ L Μ M Ν N Ξ X Ο O Π P Ρ R Σ S Τ T Υ Y Φ F Χ Ch Ψ Ps Ω O
а a б b в v г g д d е e ж zh з z и i й y к k л l м m н n о o п p р r с s т t у u ф f х h ц ts ч ch ш sh щ sht ъ a ь y
ю yu я ya А A Б B В V Г G Д D Е E Ж Zh З Z И I Й Y К K Л L М M Н N О O П P Р R С S Т T У U Ф F Х H Ц Ts Ч Ch Ш Sh Щ Sht
Ъ A Ь Y Ю Yu Я Ya ы y Ы Y э e Э E і i І I ї yi Ї Yi є ye Є Ye ђ dj Ђ Dj ј j Ј J љ lj Љ Lj њ nj Њ Nj ћ c Ћ C џ dz Џ Dz
& + @ (at) _ - – - — - ‘ ' ’ ' ‚ , ` ' ´ ' " ' “ ' ” ' „ ' « ' » ' < ( > ) [ ( ] ) { ( } ) € EUR · . • . ; , = - * .
# . % . $ . ! . | / \\ / ^ . ~ - … ... ⁄ / © (c) ® (r) № No § .
"""
_PAIRS = _LETTERS.replace("\\\\", "\\").split()
_TABLE = {ord(letter): text for letter, text in zip(_PAIRS[::2], _PAIRS[1::2], strict=True)}
_OTHER = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]", re.ASCII)
_BLANKS = re.compile(r"\s+")


def basic(text: str, length: int) -> str:
    """A text in the basic set, at most ``length`` characters, single blanks and none at the ends.

    Accents fall away, Greek and Cyrillic letters become Latin, what nobody can convert becomes a full stop.
    """
    if is_basic(text) and "  " not in text:  # as most are, and then nothing else has to be looked at
        return text.strip()[:length].strip()
    composed = unicodedata.normalize("NFC", text).translate(_TABLE)
    plain = composed if composed.isascii() else _decomposed(composed)
    shown = _OTHER.sub(".", _BLANKS.sub(" ", plain))
    return shown.strip()[:length].strip()


def _decomposed(text: str) -> str:
    signs = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in signs if not unicodedata.combining(sign)).translate(_TABLE)


def is_basic(text: str) -> bool:
    """Whether every character is in the basic set."""
    return BASIC.fullmatch(text) is not None


def readable(text: str) -> bool:
    """Whether a letter or a figure has remained: a name of full stops alone tells a bank nothing."""
    return text[:1].isalnum() or any(sign.isalnum() for sign in text)
