"""Account numbers and bank codes as the world writes them: IBAN (ISO 13616) and BIC (ISO 9362).

Whether an account exists only its bank knows; a typing error in one or two places is found here.
"""

import re

#: Length of an IBAN by country: the IBAN registry (SWIFT, registration authority of ISO 13616), and of territories
#: that use the number of the country they belong to.
_LENGTHS = """
AD24 AE23 AL28 AT20 AX18 AZ28 BA20 BE16 BG22 BH22 BI27 BL27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29
ES24 FI18 FK18 FO18 FR27 GB22 GE22 GF27 GG22 GI23 GL18 GP27 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IM22 IQ23 IS26 IT27 JE22
JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MF27 MK19 MN20 MQ27 MR27 MT31 MU30 NC27 NI28 NL18 NO15
OM23 PF27 PK24 PL28 PM27 PS29 PT25 QA29 RE27 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TF27 TL23
TN24 TR26 UA29 VA22 VG24 WF27 XK20 YE30 YT27
"""
LENGTHS = {entry[:2]: int(entry[2:]) for entry in _LENGTHS.split()}

_EEA = "AT AX BE BG CY CZ DE DK EE ES FI FR GF GP GR HR HU IE IS IT LI LT LU LV MF MQ MT NL NO PL PT RE RO SE SI SK YT"
_BESIDE = "AD AL BL CH GB GG GI IM JE MC MD ME MK PM RS SM VA"
#: Countries of the European Economic Area with their territories that pay as part of it.
EEA = frozenset(_EEA.split())
#: Countries whose accounts SEPA reaches (EPC409-09, the list of SEPA scheme countries).
SEPA = EEA | frozenset(_BESIDE.split())

#: Countries whose banks carry the codes of each other: a BIC says where a bank sits, an IBAN whose system it uses.
_KIN = ("FR MC BL GF GP MF MQ PM RE YT NC PF WF", "GB GG IM JE", "FI AX", "DK FO GL", "IT VA SM")
_FAMILIES = tuple(frozenset(text.split()) for text in _KIN)

_FORM = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", re.ASCII)
_BLANKS = re.compile(r"[ \u00a0\u202f-]")
_VALUES = {ord(letter): str(number) for number, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", start=10)}

_COUNTRIES = {country: country.translate(_VALUES) for country in LENGTHS}


def compact_iban(text: str) -> str:
    """An IBAN as files carry it: what people type, without blanks and hyphens and in capitals. Nothing is checked."""
    return text.upper() if text.isalnum() else _BLANKS.sub("", text).upper()


def iban_fault(iban: str) -> str | None:
    """What is wrong about a compact IBAN: ``form``, ``country``, ``length``, ``checksum``; ``None`` if nothing is."""
    if _FORM.fullmatch(iban) is None:
        return "form"
    length = LENGTHS.get(iban[:2])
    if length is None:
        return "country"
    if len(iban) != length:
        return "length"
    # ISO 7064, MOD 97-10. Check digits run from 02 to 98: 00, 01 and 99 leave the same remainder as 97, 98 and 02.
    rest = iban[4:] if iban[4:].isdigit() else iban[4:].translate(_VALUES)
    right = int(rest + _COUNTRIES[iban[:2]] + iban[2:4]) % 97 == 1 and "02" <= iban[2:4] <= "98"
    return None if right else "checksum"


def with_check_digits(country: str, rest: str) -> str:
    """The IBAN of a country and a national account number of capitals and digits."""
    remainder = int((rest + country + "00").translate(_VALUES)) % 97
    return f"{country}{98 - remainder:02d}{rest}"


def is_bic(text: str) -> bool:
    """Whether this has the form of a BIC: eight or eleven capitals and digits, the fifth and sixth a country."""
    return _BIC.fullmatch(text) is not None


def same_system(country: str, other: str) -> bool:
    """Whether the country of an IBAN and that of a BIC can belong to one account."""
    return country == other or any(country in family and other in family for family in _FAMILIES)
