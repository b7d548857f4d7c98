-- Makes the ledger that a team shares, in the database psql is connected to. Run once, as the owner of the database.
-- Then for each person or host: CREATE ROLE li LOGIN PASSWORD '…' IN ROLE quarterdeck_writer;
BEGIN;

CREATE SCHEMA quarterdeck;

DO $$
BEGIN
    CREATE ROLE quarterdeck_writer NOLOGIN;
EXCEPTION
    -- Roles are of all databases: another one has a ledger too.
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

CREATE TABLE quarterdeck.about (version integer NOT NULL);
INSERT INTO quarterdeck.about VALUES (1);

-- The chains of all writers. `body` is the very text that was hashed.
CREATE TABLE quarterdeck.entries (
    origin text NOT NULL,
    sequence bigint NOT NULL CHECK (sequence > 0),
    previous text NOT NULL,
    body text NOT NULL,
    hash text NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    received_as name NOT NULL DEFAULT session_user,
    PRIMARY KEY (origin, sequence)
);

-- Where each chain ends, and whose it is.
CREATE TABLE quarterdeck.heads (
    origin text PRIMARY KEY,
    sequence bigint NOT NULL,
    hash text NOT NULL,
    written_as name NOT NULL
);

-- Signs of life of runs; no part of a chain.
CREATE TABLE quarterdeck.beats (
    run text PRIMARY KEY,
    at timestamptz NOT NULL
);

-- Who holds a lock, so that others can be told; the lock itself is an advisory one.
CREATE TABLE quarterdeck.holders (
    name text PRIMARY KEY,
    who text NOT NULL,
    host text NOT NULL,
    run text NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- An entry is added at the end of its chain, by who began the chain, or not at all; the same one again is nothing new.
CREATE FUNCTION quarterdeck.add_to_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head quarterdeck.heads;
    known text;
BEGIN
    NEW.received_at := clock_timestamp();
    NEW.received_as := session_user;
    IF NEW.hash <> encode(sha256(convert_to(NEW.previous || E'\n' || NEW.body, 'UTF8')), 'hex')
        OR NEW.body::json ->> 'origin' <> NEW.origin
        OR (NEW.body::json ->> 'sequence')::bigint <> NEW.sequence THEN
        RAISE EXCEPTION 'entry % of % is not what was hashed', NEW.sequence, NEW.origin;
    END IF;
    INSERT INTO quarterdeck.heads VALUES (NEW.origin, 0, '', session_user) ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM quarterdeck.heads WHERE origin = NEW.origin FOR UPDATE;
    IF head.written_as <> session_user THEN
        RAISE EXCEPTION 'the chain % is of %', NEW.origin, head.written_as;
    END IF;
    IF NEW.sequence <= head.sequence THEN
        SELECT hash INTO known FROM quarterdeck.entries
            WHERE origin = NEW.origin AND sequence = NEW.sequence;
        IF known IS DISTINCT FROM NEW.hash THEN
            RAISE EXCEPTION 'entry % of % is another one here', NEW.sequence, NEW.origin;
        END IF;
        RETURN NULL;
    END IF;
    IF head.sequence > 0 AND (NEW.sequence <> head.sequence + 1 OR NEW.previous <> head.hash) THEN
        RAISE EXCEPTION 'entry % of % does not follow %', NEW.sequence, NEW.origin, head.sequence;
    END IF;
    UPDATE quarterdeck.heads SET sequence = NEW.sequence, hash = NEW.hash WHERE origin = NEW.origin;
    RETURN NEW;
END
$$;

CREATE FUNCTION quarterdeck.refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'an entry of the ledger is never changed or removed';
END
$$;

CREATE TRIGGER entries_are_added BEFORE INSERT ON quarterdeck.entries
    FOR EACH ROW EXECUTE FUNCTION quarterdeck.add_to_chain();
CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE ON quarterdeck.entries
    FOR EACH ROW EXECUTE FUNCTION quarterdeck.refuse();
CREATE TRIGGER entries_all_stay BEFORE TRUNCATE ON quarterdeck.entries
    FOR EACH STATEMENT EXECUTE FUNCTION quarterdeck.refuse();

REVOKE ALL ON FUNCTION quarterdeck.add_to_chain() FROM PUBLIC;
GRANT USAGE ON SCHEMA quarterdeck TO quarterdeck_writer;
GRANT SELECT ON quarterdeck.about, quarterdeck.heads TO quarterdeck_writer;
GRANT SELECT, INSERT ON quarterdeck.entries TO quarterdeck_writer;
GRANT SELECT, INSERT, UPDATE ON quarterdeck.beats, quarterdeck.holders TO quarterdeck_writer;

COMMIT;
