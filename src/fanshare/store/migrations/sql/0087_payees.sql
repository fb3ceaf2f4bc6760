-- An account that somebody named for her money: that there is one, and since when. Which one it is is sealed in the
-- vault (kind 'payee:<id>'). Nothing leaves to it before ``usable_at``. Of the rows of a party and kind that were
-- neither undone nor left the newest counts.
CREATE TABLE payee_account (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    party_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('iban', 'us')),
    set_at instant NOT NULL,
    usable_at instant NOT NULL,
    undone_at instant,
    left_at instant,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, party_id) REFERENCES party,
    CONSTRAINT waits CHECK (usable_at >= set_at + 259200000000),
    CONSTRAINT ends_once CHECK (undone_at IS NULL OR left_at IS NULL)
);
CREATE INDEX ON payee_account (programme_id, party_id, kind, id);

-- Nobody shortens a wait, and what was undone stays undone.
CREATE FUNCTION keep_payee_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'An account that was named is not changed: %', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER named_is_kept BEFORE UPDATE ON payee_account FOR EACH ROW
    WHEN ((OLD.party_id, OLD.kind, OLD.set_at, OLD.usable_at)
          IS DISTINCT FROM (NEW.party_id, NEW.kind, NEW.set_at, NEW.usable_at)
          OR (OLD.undone_at IS NOT NULL AND NEW.undone_at IS DISTINCT FROM OLD.undone_at)
          OR (OLD.left_at IS NOT NULL AND NEW.left_at IS DISTINCT FROM OLD.left_at))
    EXECUTE FUNCTION keep_payee_account();

SELECT make_mutable('payee_account');
