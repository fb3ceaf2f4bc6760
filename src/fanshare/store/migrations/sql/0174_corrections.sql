-- A document that was over a wrong amount is cancelled, and another one is written for the same payment that names it:
-- each payment has one document that replaces none, and each document is replaced once at most.
ALTER TABLE self_bill ADD COLUMN replaces bigint;
ALTER TABLE self_bill ADD UNIQUE (programme_id, replaces);
ALTER TABLE self_bill ADD FOREIGN KEY (programme_id, replaces) REFERENCES self_bill;
ALTER TABLE self_bill ADD CONSTRAINT cancels_or_replaces CHECK (cancels IS NULL OR replaces IS NULL);
DROP INDEX self_bill_programme_id_item_id_idx;
CREATE UNIQUE INDEX self_bill_first ON self_bill (programme_id, item_id) WHERE cancels IS NULL AND replaces IS NULL;
CREATE INDEX ON self_bill (programme_id, item_id);

-- What is replaced was cancelled before, and was for the same payment, whatever the program thinks.
CREATE FUNCTION keep_replacements() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM self_bill b JOIN self_bill c ON c.programme_id = b.programme_id AND c.cancels = b.id
         WHERE b.programme_id = NEW.programme_id AND b.id = NEW.replaces AND b.item_id = NEW.item_id) THEN
        RAISE EXCEPTION 'Document % was not cancelled.', NEW.replaces USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER replaced_was_cancelled BEFORE INSERT ON self_bill FOR EACH ROW
    WHEN (NEW.replaces IS NOT NULL) EXECUTE FUNCTION keep_replacements();
