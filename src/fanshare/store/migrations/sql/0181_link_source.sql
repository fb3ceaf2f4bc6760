-- From which link of the creator's a fan's link was made: what she chose for that one holds for it too. It decides about
-- money, so it is written with the link and stays.
ALTER TABLE link ADD COLUMN from_link_id bigint;
ALTER TABLE link ADD FOREIGN KEY (programme_id, from_link_id) REFERENCES link;
CREATE INDEX ON link (programme_id, from_link_id) WHERE from_link_id IS NOT NULL;

CREATE FUNCTION refuse_other_source() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the link from which link % was made stays what it is', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER source_stays BEFORE UPDATE OF from_link_id ON link FOR EACH ROW
    WHEN (NEW.from_link_id IS DISTINCT FROM OLD.from_link_id) EXECUTE FUNCTION refuse_other_source();

-- How somebody reads, wherever she signs in: the language is kept here already.
ALTER TABLE mail_choice ADD COLUMN time_zone text NOT NULL DEFAULT '' CHECK (length(time_zone) <= 64);
ALTER TABLE mail_choice ADD COLUMN currency text NOT NULL DEFAULT '' CHECK (currency ~ '^([A-Z]{3})?$');
ALTER TABLE brand_person ADD COLUMN time_zone text NOT NULL DEFAULT '' CHECK (length(time_zone) <= 64);
ALTER TABLE brand_person ADD COLUMN currency text NOT NULL DEFAULT '' CHECK (currency ~ '^([A-Z]{3})?$');
