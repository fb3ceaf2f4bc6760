-- That a brand asks its owners and finance for a second factor before they move money or change who may do what.
CREATE TABLE factor_rule (
    programme_id bigint PRIMARY KEY REFERENCES programme,
    since_at instant NOT NULL
);
-- Global: the same of whoever runs the installation. There is one row or none.
CREATE TABLE operator_factor_rule (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    since_at instant NOT NULL
);

SELECT make_mutable('factor_rule');
SELECT make_mutable('operator_factor_rule');
