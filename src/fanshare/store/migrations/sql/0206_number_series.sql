-- Whose numbers begin how: one issuer's numbers are unique, whichever of its books here they come from. An issuer is
-- known by keyed hashes of what its documents name: its VAT number, its tax number, its name and country.
CREATE TABLE number_series (
    issuer bytea NOT NULL CHECK (length(issuer) = 16),
    prefix text NOT NULL CHECK (length(prefix) <= 40),
    programme_id bigint NOT NULL REFERENCES programme,
    kind text NOT NULL CHECK (kind IN ('self_bill', 'funding_bill')),
    taken_at instant NOT NULL,
    PRIMARY KEY (issuer, prefix)
);
SELECT make_immutable('number_series');
