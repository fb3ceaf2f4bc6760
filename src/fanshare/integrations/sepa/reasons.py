"""Why a bank rejected or returned a transfer: its four-character reason, in a sentence that says what to do.

Source: ISO 20022 external code sets (ExternalStatusReason1Code, ExternalReturnReason1Code) as the SEPA scheme uses
them, EPC135-18, "Guidance on reason codes for SEPA credit transfer R-transactions".
"""

import re
from types import MappingProxyType

_DETAILS = {
    "AC01": "The account number is wrong. Ask the payee to enter it again.",
    "AC03": "The payee's account number is wrong. Ask the payee to enter it again.",
    "AC04": "The account is closed. Ask the payee for another one.",
    "AC06": "The account is blocked. Ask the payee for another one.",
    "AC13": "This kind of account takes no such transfer. Ask the payee for another one.",
    "AG01": "This account may not receive transfers. Ask the payee for another one.",
    "BE01": "Name and account do not belong together. Ask the payee to check both.",
    "BE04": "The payee's address is missing or incomplete. Ask the payee for town and country.",
    "BE05": "The bank does not know who sent the file. Check your own name and account.",
    "CNOR": "The payee's bank takes part in no SEPA transfers. Ask the payee for another account.",
    "MD07": "The account's owner has died. Keep the money for the heirs.",
    "RC01": "The bank code is wrong. Leave it out, or ask the payee for it.",
    "RC04": "The payee's bank code is wrong. Leave it out, or ask the payee for it.",
}
_OTHERS = {
    "AC02": "The account that pays is wrong. Correct it in the settings.",
    "AG02": "The bank does not take this kind of order. Ask it which version and service it wants.",
    "AM01": "An amount is zero. Look at the file.",
    "AM02": "An amount is above what the bank allows. Ask the bank for its limit.",
    "AM03": "The currency is not taken. Pay in EUR.",
    "AM04": "There was not enough money on the account. Fill it up; then the payouts can be made again.",
    "AM05": "The bank has had this before. Look whether it was paid before you do anything.",
    "AM09": "The amount is not the agreed one. Look at the item.",
    "AM10": "The sum of the file is wrong. Look at the file.",
    "AM18": "The number of transfers is wrong. Look at the file.",
    "CUST": "It was called back at the sender's wish.",
    "DNOR": "The bank that pays takes part in no SEPA transfers. Use another account.",
    "DT01": "The day of execution is not possible. Make the file again with another day.",
    "DU01": "The bank has had this message id before. Look whether it was paid before you do anything.",
    "DU02": "The bank has had this payment id before. Look whether it was paid before you do anything.",
    "DUPL": "The bank has had this before. Look whether it was paid before you do anything.",
    "ED05": "Settlement between the banks failed. It can be made again.",
    "FF01": "The bank could not read the file. Ask the bank which version it takes.",
    "FOCR": "The money came back after a callback.",
    "FRAD": "Called back because of suspected fraud. A person has to look at it.",
    "MS02": "The payee refused it, and gave no reason. Ask the payee.",
    "MS03": "The bank gave no reason. Ask the bank.",
    "NARR": "The bank gave its reason in words. Look into its message.",
    "RR01": "The law asks for details of who pays that were missing. Complete your name and address.",
    "RR02": "The law asks for details of who pays that were missing. Complete your name and address.",
    "RR03": "The law asks for details of the payee that were missing. Ask the payee for name and address.",
    "RR04": "The bank may not carry it out by law, and says no more. Ask the bank.",
    "TECH": "Something failed at the bank. It can be made again.",
    "TM01": "It came too late for that day. Make the file again with another day.",
}
#: Reason code -> what happened and what to do.
REASONS = MappingProxyType(_DETAILS | _OTHERS)

_CODE = re.compile(r"[A-Z0-9]{2,8}", re.ASCII)


def reason_code(text: str) -> str:
    """The code as it may be kept: ``AC01``; ``other`` for words of a bank's own, which may name somebody."""
    return text if _CODE.fullmatch(text) else "other"


def reason_sentence(code: str) -> str:
    """What happened and what to do; for a code that is not listed, that the bank has to be asked."""
    return REASONS.get(code, "The bank gave a reason that we do not know. Ask the bank.")


def asks_for_new_details(code: str) -> bool:
    """Whether the same transfer to the same details would come back again."""
    return code in _DETAILS
