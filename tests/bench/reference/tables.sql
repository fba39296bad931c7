-- The tables of the reference server, with the keys that its operations need, and no foreign keys on the answers, as the product
-- has none. `copied` takes the file that the product imports.
CREATE TABLE product (id uuid PRIMARY KEY, key text NOT NULL UNIQUE);
CREATE TABLE feature (id uuid PRIMARY KEY, product_id uuid NOT NULL REFERENCES product, key text NOT NULL,
    UNIQUE (product_id, key));
CREATE TABLE release (id uuid PRIMARY KEY, product_id uuid NOT NULL REFERENCES product, version text NOT NULL,
    UNIQUE (product_id, version));
CREATE TABLE customer (id uuid PRIMARY KEY, key text NOT NULL UNIQUE, segment text NOT NULL);
CREATE TABLE scale (id smallint PRIMARY KEY, key text NOT NULL UNIQUE);
CREATE TABLE feedback (
    id uuid PRIMARY KEY,
    product_id uuid NOT NULL,
    feature_id uuid,
    release_id uuid,
    customer_id uuid,
    scale_id smallint NOT NULL,
    rating float8 NOT NULL,
    comment text,
    channel text,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    source text NOT NULL,
    external_id text,
    UNIQUE (source, external_id)
);
CREATE INDEX feedback_latest ON feedback (product_id, feature_id, occurred_at, id);
CREATE INDEX feedback_customer ON feedback (customer_id, occurred_at);
CREATE UNLOGGED TABLE copied (product text, feature text, release text, segment text, customer text, scale text,
    rating float8, comment text, channel text, occurred_at timestamptz, external_id text);
