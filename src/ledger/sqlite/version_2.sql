-- A ledger that is shared: how far the own chain was given on, and what others wrote.
CREATE TABLE outbox (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    -- Entries up to this one were taken; NULL where none ever was.
    sent INTEGER
) STRICT;
INSERT INTO outbox VALUES (1, NULL);

CREATE TABLE others (
    origin TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    run TEXT,
    kind TEXT NOT NULL,
    entry TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (origin, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX others_by_run ON others (run) WHERE run IS NOT NULL;
CREATE INDEX others_by_time ON others (at);
CREATE INDEX others_aside ON others (at) WHERE kind IN ('refused', 'note', 'approval');

-- Where the chains of others end, as far as they were read.
CREATE TABLE mirrors (
    origin TEXT PRIMARY KEY,
    sequence INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER others_are_not_changed BEFORE UPDATE ON others
BEGIN
    SELECT RAISE(ABORT, 'an entry of the ledger is never changed');
END;

-- NULL: of the own chain.
ALTER TABLE runs ADD COLUMN origin TEXT;

-- Everything there is; without an origin it is of the own chain.
CREATE VIEW lines AS
    SELECT NULL AS origin, sequence, at, actor, run, kind, entry, hash FROM entries
    UNION ALL
    SELECT origin, sequence, at, actor, run, kind, entry, hash FROM others;
