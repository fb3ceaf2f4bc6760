"""ISO 4217 active currencies and the digits of their minor unit (list one, 2026-01 amendment 180).

Source: ISO 4217 as published by its maintenance agency (SIX). Never taken from a locale library: CLDR gives other
digits for thirteen of them (AFN, ALL, IRR, IQD, KPW, LAK, LBP, MGA, MMK, RSD, SOS, SYP, YER). Funds codes, precious
metals and testing codes (no minor unit) can't be booked and are left out.
"""

from collections.abc import Mapping
from typing import NamedTuple

_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
_TWO = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU
CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR
NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP
TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
"""

EXPONENTS: dict[str, int] = {
    code: digits for digits, codes in ((0, _NONE), (2, _TWO), (3, _THREE), (4, _FOUR)) for code in codes.split()
}


class Replaced(NamedTuple):
    """A currency that is no more: ``per`` of it are one unit of the currency ``by``, since the day ``on`` (ISO)."""

    by: str
    on: str
    per: str


#: Currencies that a shop or a file may still name: since their day nothing is sold or paid out in them, and what is
#: ready is changed (``core/replaced``). Source: ISO 4217 list three (historic denominations); the rates to the euro are
#: those of Council Regulation (EC) 2866/98 as amended.
REPLACED: Mapping[str, Replaced] = {
    "BYR": Replaced("BYN", "2016-07-01", "10000"),
    "MRO": Replaced("MRU", "2018-01-01", "10"),
    "STD": Replaced("STN", "2018-01-01", "1000"),
    "SLL": Replaced("SLE", "2022-07-01", "1000"),
    "HRK": Replaced("EUR", "2023-01-01", "7.53450"),
    "ANG": Replaced("XCG", "2025-03-31", "1"),
    "BGN": Replaced("EUR", "2026-01-01", "1.95583"),
}

#: The digits of these, as ISO 4217 had them; and of all that books may hold.
EVER: Mapping[str, int] = {**EXPONENTS, **dict.fromkeys(REPLACED, 2), "BYR": 0}
