-- A payout run makes an account for everybody whom it pays: one question for all of them instead of one for each.
-- The kind of each is looked up by the party's key, so that the plan does not depend on how many there were at first.
CREATE FUNCTION refuse_young_among() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh f WHERE f.party_id IS NOT NULL AND 'young' = (
                   SELECT p.kind FROM party p WHERE p.programme_id = f.programme_id AND p.id = f.party_id)) THEN
        RAISE EXCEPTION 'money is for people of 18 or more: % of %', TG_ARGV[0], TG_TABLE_NAME
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER of_age ON account;
CREATE TRIGGER of_age AFTER INSERT ON account REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
    EXECUTE FUNCTION refuse_young_among('party_id');

-- Each row names its party by programme and number, and each party names its programme.
ALTER TABLE payout DROP CONSTRAINT payout_programme_id_fkey;
ALTER TABLE payout_item DROP CONSTRAINT payout_item_programme_id_fkey;
