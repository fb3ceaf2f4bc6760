-- How people of a brand are written to: in which language, and not at all where they said so.
ALTER TABLE brand_person ADD COLUMN language text NOT NULL DEFAULT '' CHECK (language ~ '^([a-z]{2})?$');
ALTER TABLE brand_person ADD COLUMN mail_stopped_at instant;

-- That what a payee got in a year has come near to what has to be reported: once each, written with the mails that tell.
CREATE TABLE tax_alert (
    programme_id bigint NOT NULL REFERENCES programme,
    party_id bigint NOT NULL,
    year integer NOT NULL CHECK (year BETWEEN 2026 AND 9999),
    report text NOT NULL CHECK (length(report) BETWEEN 1 AND 40),
    at instant NOT NULL,
    PRIMARY KEY (programme_id, party_id, year, report),
    FOREIGN KEY (programme_id, party_id) REFERENCES party
);
CREATE INDEX ON tax_alert (programme_id, at);

SELECT make_immutable('tax_alert');
