"""Why an entry came back (R..) or has to be corrected (C..), in a sentence that says what to do.

Source: Nacha Operating Rules, appendix four (returns) and five (notifications of change), for credits.
"""

from types import MappingProxyType

_DETAILS = {
    "R02": "The account is closed. Ask the payee for another one.",
    "R03": "There is no such account, or it is somebody else's. Ask the payee to enter it again.",
    "R04": "The account number can't be right. Ask the payee to enter it again.",
    "R12": "The account's branch was sold to another bank. Ask the payee for the new details.",
    "R13": "The bank takes no ACH payments. Ask the payee for another account.",
    "R14": "Who received for the owner has died or can't go on. Keep the money for the owner.",
    "R15": "The account's owner has died. Keep the money for the heirs.",
    "R16": "The account is frozen. Ask the payee for another one.",
    "R20": "This kind of account takes no such payment. Ask the payee for another one.",
    "R28": "The routing number is wrong. Ask the payee to enter it again.",
    "R34": "The bank's part in ACH was limited by its supervisor. Ask the payee for another account.",
}
_OTHERS = {
    "R06": "It came back because your bank asked for it.",
    "R17": "The bank could not process it, or finds it suspicious. A person has to look at it.",
    "R18": "The day of payment was not possible. Make the file again with another day.",
    "R19": "The amount was not written rightly. Look at the file.",
    "R21": "The company's identification is wrong. Ask your bank for it.",
    "R22": "The identification was not known. Ask the payee.",
    "R23": "The payee refused it. Ask the payee.",
    "R24": "The bank has had this before. Look whether it was paid before you do anything.",
    "R25": "The addenda were not written rightly. Look at the file.",
    "R26": "A field that has to be there was missing. Look at the file.",
    "R31": "It came back by agreement of the banks.",
    "R32": "The bank can't settle it. It can be made again.",
    "R33": "It came back as the bank's own decision. Ask the bank.",
}
_CHANGES = {
    "C01": "The account number has changed.",
    "C02": "The routing number has changed.",
    "C03": "Routing and account number have changed.",
    "C04": "The payee's name has changed.",
    "C05": "It is another kind of account (checking or savings).",
    "C06": "Account number and kind of account have changed.",
    "C07": "Routing number, account number and kind of account have changed.",
    "C09": "The identification was wrong.",
    "C10": "The company's name has to be corrected.",
    "C11": "The company's identification has to be corrected.",
    "C12": "The company's name and identification have to be corrected.",
}
#: Code -> what happened and what to do.
REASONS = MappingProxyType(_DETAILS | _OTHERS | _CHANGES)


def reason_sentence(code: str) -> str:
    """What happened and what to do; for a code that is not listed, that the bank has to be asked."""
    return REASONS.get(code, "The bank gave a reason that we do not know for a credit. Ask the bank.")


def asks_for_new_details(code: str) -> bool:
    """Whether the same payment to the same details would come back, or go wrong next time."""
    return code in _DETAILS or code in ("C01", "C02", "C03", "C05", "C06", "C07")
