"""The rules' words: id, source, advice. ``docs/reference/rails.md`` is the same list; a test compares them.

Sources. *Rulebook*: EPC125-05, SEPA Credit Transfer scheme rulebook, with its customer-to-PSP implementation guidelines
EPC132-08. *ISO 20022*: the message definition. *ISO 13616*: IBAN. *ISO 9362*: BIC. *EPC217-08*: the character set.
*EPC153-22*: structured addresses. *EPC409-09*: the countries. *Regulation (EU) 2023/1113*: information that goes with
transfers. *ECB*: the calendar of TARGET. *Ours*: no bank asks for it, but breaking it has hurt somebody.
"""

RULEBOOK, ISO, OURS = "Rulebook", "ISO 20022", "Ours"

TEXTS = (
    ("version", ISO, "Write pain.001.001.03, .09 or .13; other versions are neither written nor read here."),
    ("message-id", RULEBOOK, "Give the file a message id of 1 to 35 characters."),
    (
        "creation-time",
        OURS,
        "Write the time of creation as a date and time with an offset, like 2026-11-26T10:02:00+00:00.",
    ),
    ("file-count", ISO, "Write the number of transfers that are really in the file."),
    ("file-sum", ISO, "Write the sum of the amounts that are really in the file."),
    ("initiator-name", RULEBOOK, "Name who sends the file, in 1 to 70 characters."),
    ("no-transfers", ISO, "Put at least one transfer into the file and into each payment; an empty one is not sent."),
    ("payment-id", RULEBOOK, "Give each payment an id of 1 to 35 characters."),
    ("payment-id-twice", RULEBOOK, "Give each payment of a file an id of its own."),
    ("payment-count", ISO, "Write the number of transfers that are really in the payment."),
    ("payment-sum", ISO, "Write the sum of the amounts that are really in the payment."),
    ("payment-method", RULEBOOK, "Write TRF as the method: these are transfers."),
    ("service-level", RULEBOOK, "Write SEPA as the service level."),
    ("charge-bearer", RULEBOOK, "Write SLEV as charge bearer: each side pays its own bank."),
    ("execution-date", ISO, "Write the day of execution as a date such as 2026-11-27."),
    ("execution-past", RULEBOOK, "Choose a day of execution that is today or later."),
    (
        "execution-closed",
        "ECB",
        "Choose a day on which TARGET is open: no weekend, 1 January, Good Friday, Easter Monday, 1 May, 25, 26 Dec.",
    ),
    (
        "execution-far",
        OURS,
        "Choose a day of execution within the next 90 days; what lies further off is made when it is due.",
    ),
    ("debtor-name", RULEBOOK, "Name the account's owner who pays, in 1 to 70 characters."),
    (
        "debtor-iban",
        "ISO 13616",
        "Correct the IBAN of the account that pays; its length or its check digits are wrong.",
    ),
    ("debtor-country", "EPC409-09", "Pay from an account in a country of SEPA."),
    ("debtor-bic", "ISO 9362", "Correct the BIC of the bank that pays, or leave it out."),
    (
        "debtor-address",
        "Regulation (EU) 2023/1113",
        "Add the payer's address: a transfer to an account outside the EEA carries it.",
    ),
    ("creditor-name", RULEBOOK, "Name the payee in 1 to 70 characters."),
    (
        "creditor-name-unreadable",
        "EPC217-08",
        "Ask the payee for her name in Latin letters; nothing readable is left of it.",
    ),
    (
        "iban-form",
        "ISO 13616",
        "Write the payee's IBAN as two letters, two check digits and the account, without blanks.",
    ),
    ("iban-length", "ISO 13616", "Check the payee's IBAN: it has too many or too few characters for its country."),
    ("iban-checksum", "ISO 13616", "Check the payee's IBAN: a character is wrong or two are exchanged."),
    ("iban-country", "EPC409-09", "Pay this account by another rail: its country is not in SEPA."),
    ("own-account", OURS, "Take this transfer out: it would pay the account that it comes from."),
    ("bic-form", "ISO 9362", "Correct the payee's BIC (8 or 11 characters), or leave it out inside the EEA."),
    ("bic-country", "ISO 9362", "Correct BIC or IBAN of the payee: they name different countries."),
    ("bic-missing", RULEBOOK, "Add the BIC of the payee's bank: outside the EEA the IBAN alone is not enough."),
    ("amount-form", RULEBOOK, "Write the amount in digits with a full stop and exactly two decimals."),
    ("amount-zero", RULEBOOK, "Pay at least 0.01."),
    ("amount-limit", RULEBOOK, "Pay at most 999999999.99 in one transfer."),
    ("currency", RULEBOOK, "Pay in EUR; another currency goes by another rail."),
    ("instruction-id", RULEBOOK, "Give each transfer an instruction id of at most 35 characters."),
    ("instruction-id-twice", RULEBOOK, "Give each transfer of a file an instruction id of its own."),
    ("end-to-end-id", RULEBOOK, "Give each transfer an end-to-end id of 1 to 35 characters."),
    (
        "end-to-end-id-twice",
        OURS,
        "Give each transfer of a file an end-to-end id of its own: the bank's answers are matched by it.",
    ),
    (
        "end-to-end-id-nothing",
        OURS,
        "Use a real end-to-end id instead of NOTPROVIDED: no answer could be matched to it.",
    ),
    ("id-characters", "EPC217-08", "Use only letters, digits and / - ? : ( ) . , ' + in ids, without a blank."),
    ("id-slashes", RULEBOOK, "Don't begin or end an id with a slash, and don't write two in a row."),
    (
        "text-characters",
        "EPC217-08",
        "Use only SEPA's characters in names, addresses and purposes, without blanks at the ends.",
    ),
    ("remittance-length", RULEBOOK, "Shorten the purpose to 140 characters."),
    (
        "address-town-country",
        "EPC153-22",
        "Write town and country of an address in their own fields; since November 2026 lines alone are refused.",
    ),
    ("address-country", "ISO 20022", "Write the country of an address as two capital letters, such as DE."),
    ("address-lines", "EPC153-22", "Write at most two address lines, of at most 70 characters each."),
    ("address-lengths", "EPC153-22", "Shorten the address: street 70, building 16, post code 16, town 35 characters."),
    (
        "same-transfer-twice",
        OURS,
        "Take one out, or give them different purposes: account, amount and purpose are the same.",
    ),
)
