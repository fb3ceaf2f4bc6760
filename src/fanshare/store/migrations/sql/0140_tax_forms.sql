-- What a brand asks of whoever it pays; without a row nothing.
CREATE TABLE tax_ask (
    programme_id bigint NOT NULL REFERENCES programme,
    asks text NOT NULL CHECK (asks IN ('nothing', 'us', 'residence')),
    set_at instant NOT NULL,
    PRIMARY KEY (programme_id)
);

-- A form that somebody signed. What it says lies in the vault (kind 'tax:<id>'); of somebody erased who was paid on it
-- a copy under the master key is ``sealed`` until ``kept_until``, as the law wants of the brand, and then goes.
-- ``backup``: she says that the authority wants a part kept back.
CREATE TABLE tax_form (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    party_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('w9', 'w8ben', 'residence')),
    backup boolean NOT NULL DEFAULT false,
    signed_at instant NOT NULL,
    ends_at instant,
    left_at instant,
    refused_at instant,
    refused_why text NOT NULL DEFAULT '' CHECK (length(refused_why) <= 500),
    sealed bytea,
    kept_until instant,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, party_id) REFERENCES party,
    CONSTRAINT form_ends_later CHECK (ends_at IS NULL OR ends_at > signed_at),
    CONSTRAINT w8ben_ends CHECK (kind <> 'w8ben' OR ends_at IS NOT NULL),
    CONSTRAINT form_kept_for_a_time CHECK (sealed IS NULL OR kept_until IS NOT NULL)
);
CREATE INDEX ON tax_form (programme_id, party_id, id);
CREATE INDEX tax_form_going ON tax_form (programme_id, kept_until) WHERE kept_until IS NOT NULL;

-- What was signed stays as it was signed, and what was refused or replaced does not come back.
CREATE FUNCTION keep_tax_form() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A form that was signed is not changed: %', OLD.id USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER signed_is_kept BEFORE UPDATE ON tax_form FOR EACH ROW
    WHEN ((OLD.party_id, OLD.kind, OLD.backup, OLD.signed_at, OLD.ends_at)
          IS DISTINCT FROM (NEW.party_id, NEW.kind, NEW.backup, NEW.signed_at, NEW.ends_at)
          OR (OLD.left_at IS NOT NULL AND NEW.left_at IS DISTINCT FROM OLD.left_at)
          OR (OLD.refused_at IS NOT NULL AND NEW.refused_at IS DISTINCT FROM OLD.refused_at))
    EXECUTE FUNCTION keep_tax_form();

SELECT make_mutable('tax_ask');
SELECT make_mutable('tax_form');
