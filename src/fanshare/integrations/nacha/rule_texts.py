"""The rules' words: id, source, advice. ``docs/reference/rails.md`` is the same list; a test compares them.

Sources. *Nacha*: the Nacha Operating Rules, appendix three (formats of ACH records) and their amendments. *ABA*:
routing numbers. *Federal Reserve*: the calendar. *Ours*: no bank asks for it, but breaking it has hurt somebody.
"""

NACHA, OURS = "Nacha", "Ours"

TEXTS = (
    (
        "destination",
        "ABA",
        "Write the routing number of the bank that takes the file: nine digits with the right last one.",
    ),
    ("destination-name", NACHA, "Name the bank that takes the file, in 1 to 23 characters."),
    ("origin", NACHA, "Write the number that the bank gave to the sender, in 9 or 10 digits."),
    ("origin-name", NACHA, "Name the company that sends the file, in 1 to 23 characters."),
    ("creation-time", NACHA, "Write the time of creation as YYMMDDHHMM."),
    ("modifier", NACHA, "Tell the files of one day apart by one capital letter or digit."),
    ("layout", NACHA, "Write 094, 10 and 1 for record size, blocking and format."),
    ("no-entries", NACHA, "Put at least one entry into the file and into each batch; an empty one is not sent."),
    ("batch-count", NACHA, "Write the number of batches that are really in the file."),
    ("block-count", NACHA, "Fill the file up to whole blocks of ten records, and write how many blocks there are."),
    ("file-entries", NACHA, "Write the number of entries and addenda that are really in the file."),
    ("file-hash", NACHA, "Write the sum of the file's routing numbers (eight digits of each, the sum's last ten)."),
    ("file-debit", NACHA, "Write 0 as the file's debits: these are credits."),
    ("file-credit", NACHA, "Write the sum of the credits that are really in the file."),
    ("batch-entries", NACHA, "Write the number of entries and addenda that are really in the batch."),
    ("batch-hash", NACHA, "Write the sum of the batch's routing numbers (eight digits of each, the sum's last ten)."),
    ("batch-debit", NACHA, "Write 0 as the batch's debits: these are credits."),
    ("batch-credit", NACHA, "Write the sum of the credits that are really in the batch."),
    ("batch-number", NACHA, "Number the batches upwards."),
    ("batch-ends", NACHA, "Repeat class, company, bank and number of the batch's head at its end."),
    ("service-class", NACHA, "Write 220 as the service class: credits only."),
    ("company", NACHA, "Name the company that pays, in 1 to 16 characters."),
    ("company-id", NACHA, "Write the company's identification of 10 characters as the bank gave it."),
    ("entry-class", NACHA, "Write PPD for accounts of persons and CCD for those of companies."),
    ("description", NACHA, "Say in 1 to 10 characters what the batch pays."),
    ("description-reserved", NACHA, "Choose another description; this one is kept for another kind of payment."),
    ("effective-date", NACHA, "Write the day of payment as YYMMDD."),
    ("effective-past", NACHA, "Choose a day of payment that is today or later."),
    (
        "effective-closed",
        "Federal Reserve",
        "Choose a day on which the Federal Reserve is open: no weekend, no federal holiday.",
    ),
    (
        "effective-far",
        OURS,
        "Choose a day of payment within the next 90 days; what lies further off is made when it is due.",
    ),
    ("originator-status", NACHA, "Write 1 as the originator's status: a bank that keeps the rules."),
    ("odfi", NACHA, "Write the first eight digits of the bank that takes the file as the batch's bank."),
    ("transaction-code", NACHA, "Write 22 for a checking and 32 for a savings account."),
    ("routing", "ABA", "Check the payee's routing number: nine digits with the right last one."),
    ("account", NACHA, "Write the payee's account in 1 to 17 letters, digits and hyphens, without blanks."),
    ("amount-form", NACHA, "Write the amount in cents, in digits alone."),
    ("amount-zero", NACHA, "Pay at least 0.01."),
    ("amount-limit", NACHA, "Pay at most 99999999.99 in one entry."),
    ("identification", NACHA, "Give each entry an identification of 1 to 15 characters."),
    (
        "identification-twice",
        OURS,
        "Give each entry of a file an identification of its own: returns are matched by it.",
    ),
    ("name", NACHA, "Name the payee in 1 to 22 characters."),
    ("name-unreadable", OURS, "Ask the payee for her name in Latin letters; nothing readable is left of it."),
    ("addenda", NACHA, "Write 1 before addenda and 0 without; a credit has at most one, of type 05."),
    ("trace", NACHA, "Write a trace number of fifteen digits that begins with the batch's bank."),
    ("trace-order", NACHA, "Let trace numbers rise within a batch, and use each one once in a file."),
    (
        "characters",
        NACHA,
        "Use only capital letters, digits and simple signs in names and ids, without blanks at the ends.",
    ),
    (
        "same-credit-twice",
        OURS,
        "Take one out: bank, account, amount and name are the same, and a bank may return it as twice.",
    ),
)
