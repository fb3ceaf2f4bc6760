-- A brand's budget for a calendar month, by currency: the newest row counts, ``NULL`` says that there is none.
CREATE TABLE budget (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    currency currency_code NOT NULL,
    amount amount,
    set_by text NOT NULL,
    from_at instant NOT NULL,
    PRIMARY KEY (programme_id, id)
);
CREATE INDEX ON budget (programme_id, currency, id);

-- When what links and codes earn stopped and went on, by currency: the newest row says how it is now.
CREATE TABLE budget_turn (
    programme_id bigint NOT NULL REFERENCES programme,
    id bigint GENERATED ALWAYS AS IDENTITY,
    currency currency_code NOT NULL,
    stopped boolean NOT NULL,
    month text NOT NULL CHECK (month ~ '^[0-9]{4}-[0-9]{2}$'),
    budget amount,
    spent micros NOT NULL,
    from_at instant NOT NULL,
    leaf_index bigint,
    PRIMARY KEY (programme_id, id),
    UNIQUE (programme_id, currency, from_at),
    FOREIGN KEY (programme_id, leaf_index) REFERENCES log_leaf,
    CHECK (budget IS NOT NULL OR NOT stopped)
);

-- How far creators and fans were told of a turn by mail: those up to ``told_to``.
CREATE TABLE budget_news (
    programme_id bigint NOT NULL,
    turn_id bigint NOT NULL,
    told_to bigint NOT NULL DEFAULT 0,
    done boolean NOT NULL DEFAULT false,
    PRIMARY KEY (programme_id, turn_id),
    FOREIGN KEY (programme_id, turn_id) REFERENCES budget_turn
);

SELECT make_immutable('budget');
SELECT make_immutable('budget_turn');
SELECT make_mutable('budget_news');
