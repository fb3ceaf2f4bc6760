-- How often each link was counted, over all days: lists go by it without adding up days. Every link has a row.
CREATE TABLE click_sum (
    programme_id bigint NOT NULL,
    link_id bigint NOT NULL,
    counted bigint NOT NULL CHECK (counted >= 0),
    PRIMARY KEY (programme_id, link_id),
    FOREIGN KEY (programme_id, link_id) REFERENCES link
);
INSERT INTO click_sum (programme_id, link_id, counted)
SELECT l.programme_id, l.id, coalesce(sum(d.n), 0)::bigint
  FROM link l LEFT JOIN click_day d ON d.programme_id = l.programme_id AND d.link_id = l.id AND d.verdict = 'counted'
 GROUP BY l.programme_id, l.id;
CREATE INDEX click_sum_most ON click_sum (programme_id, counted, link_id);
SELECT make_mutable('click_sum');

CREATE FUNCTION click_sum_begun() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO click_sum (programme_id, link_id, counted) SELECT programme_id, id, 0 FROM new_links;
    RETURN NULL;
END $$;
CREATE TRIGGER click_sum_begun AFTER INSERT ON link REFERENCING NEW TABLE AS new_links
    FOR EACH STATEMENT EXECUTE FUNCTION click_sum_begun();

-- Row by row, so that sums are locked in the order in which their days were: the drain counts in the order of links,
-- and two of them never wait for each other in a circle.
CREATE FUNCTION click_sum_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    more bigint := CASE TG_OP WHEN 'INSERT' THEN NEW.n WHEN 'UPDATE' THEN NEW.n - OLD.n ELSE -OLD.n END;
    of click_day := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    UPDATE click_sum SET counted = counted + more WHERE programme_id = of.programme_id AND link_id = of.link_id;
    RETURN NULL;
END $$;
CREATE TRIGGER click_sum_inserted AFTER INSERT ON click_day
    FOR EACH ROW WHEN (NEW.verdict = 'counted') EXECUTE FUNCTION click_sum_kept();
CREATE TRIGGER click_sum_updated AFTER UPDATE ON click_day
    FOR EACH ROW WHEN (NEW.verdict = 'counted' AND NEW.n <> OLD.n) EXECUTE FUNCTION click_sum_kept();
CREATE TRIGGER click_sum_deleted AFTER DELETE ON click_day
    FOR EACH ROW WHEN (OLD.verdict = 'counted') EXECUTE FUNCTION click_sum_kept();

-- Codes of plans go by how often their shops say that they were used.
CREATE INDEX shop_code_used ON shop_code (programme_id, used, id);
