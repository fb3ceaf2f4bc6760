-- Global: what a source published for a day, from a file that the operator imported. ``per`` is the decimal as it was
-- written: so much of the currency for one of the source's base (of the ECB: the euro).
CREATE TABLE exchange_rate (
    source text NOT NULL CHECK (source IN ('ECB')),
    day calendar_day NOT NULL,
    currency currency_code NOT NULL,
    per text NOT NULL CHECK (per ~ '^[0-9]{1,12}([.][0-9]{1,12})?$' AND per ~ '[1-9]'),
    taken_at instant NOT NULL,
    PRIMARY KEY (source, day, currency)
);

SELECT make_mutable('exchange_rate');
