-- A fan under 18 is a party of a kind of her own, so that whatever asks for fans does not find her. Nothing by which
-- somebody earns can be hers, and she has no account in the books: without one no transfer can name her.
ALTER TABLE party DROP CONSTRAINT party_kind_check;
ALTER TABLE party ADD CONSTRAINT party_kind_check CHECK (kind IN ('creator', 'fan', 'young', 'buyer'));

-- Whose fan somebody is who has no link for her.
CREATE TABLE circle (
    programme_id bigint NOT NULL,
    fan_party_id bigint NOT NULL,
    creator_party_id bigint NOT NULL,
    since_at instant NOT NULL,
    PRIMARY KEY (programme_id, fan_party_id, creator_party_id),
    FOREIGN KEY (programme_id, fan_party_id) REFERENCES party,
    FOREIGN KEY (programme_id, creator_party_id) REFERENCES party
);
CREATE INDEX ON circle (programme_id, creator_party_id);
SELECT make_mutable('circle');

CREATE FUNCTION refuse_young() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM party WHERE programme_id = NEW.programme_id AND kind = 'young'
                  AND id = (to_jsonb(NEW) ->> TG_ARGV[0])::bigint) THEN
        RAISE EXCEPTION 'money is for people of 18 or more: % of %', TG_ARGV[0], TG_TABLE_NAME
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

-- After the insert: a posting that finds the account there inserts none, and asks nothing.
CREATE TRIGGER of_age AFTER INSERT ON account FOR EACH ROW WHEN (NEW.party_id IS NOT NULL)
    EXECUTE FUNCTION refuse_young('party_id');
CREATE TRIGGER of_age AFTER INSERT ON link_owner FOR EACH ROW EXECUTE FUNCTION refuse_young('owner_party_id');
CREATE TRIGGER of_age AFTER INSERT ON code_owner FOR EACH ROW EXECUTE FUNCTION refuse_young('owner_party_id');
CREATE TRIGGER of_age AFTER INSERT ON shop_code FOR EACH ROW EXECUTE FUNCTION refuse_young('owner_party_id');
CREATE TRIGGER of_age AFTER INSERT ON payee_account FOR EACH ROW EXECUTE FUNCTION refuse_young('party_id');
CREATE TRIGGER of_age AFTER INSERT ON claim FOR EACH ROW EXECUTE FUNCTION refuse_young('party_id');
CREATE TRIGGER of_age AFTER INSERT ON ruling FOR EACH ROW WHEN (NEW.to_party_id IS NOT NULL)
    EXECUTE FUNCTION refuse_young('to_party_id');
CREATE TRIGGER of_age AFTER UPDATE OF buyer_party_id ON shop_order FOR EACH ROW
    WHEN (NEW.buyer_party_id IS DISTINCT FROM OLD.buyer_party_id AND NEW.buyer_party_id IS NOT NULL)
    EXECUTE FUNCTION refuse_young('buyer_party_id');

-- What somebody is stays; only whoever says that she is 18 now becomes a fan like the others.
CREATE FUNCTION refuse_kind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a % does not become a %', OLD.kind, NEW.kind USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER kind_stays BEFORE UPDATE OF kind ON party FOR EACH ROW
    WHEN (NEW.kind IS DISTINCT FROM OLD.kind AND NOT (OLD.kind = 'young' AND NEW.kind = 'fan'))
    EXECUTE FUNCTION refuse_kind();
