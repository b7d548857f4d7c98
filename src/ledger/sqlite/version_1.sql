-- What the file is: its origin, when it was made.
CREATE TABLE about (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The chain. `actor` and `entry` are the very texts that were hashed; `at` counts microseconds.
-- `kind` and `once` are read from the entry, so that it need not be parsed to be found.
CREATE TABLE entries (
    sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    run TEXT,
    kind TEXT NOT NULL,
    entry TEXT NOT NULL,
    once TEXT,
    hash TEXT NOT NULL
) STRICT;
CREATE INDEX entries_by_run ON entries (run, sequence) WHERE run IS NOT NULL;
CREATE INDEX entries_by_time ON entries (at);
CREATE INDEX entries_of_challenges ON entries (entry ->> '$.digest') WHERE kind = 'challenge';
CREATE INDEX entries_aside ON entries (at, sequence) WHERE kind IN ('refused', 'note', 'approval');
CREATE UNIQUE INDEX entries_once ON entries (once) WHERE once IS NOT NULL;

-- The head, counted here too: an entry cut off from the end is missed.
CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    sequence INTEGER NOT NULL,
    hash TEXT NOT NULL,
    writes INTEGER NOT NULL
) STRICT;

-- What went away because it was old enough, chained like the entries.
CREATE TABLE seals (
    number INTEGER PRIMARY KEY CHECK (number > 0),
    through INTEGER NOT NULL,
    through_hash TEXT NOT NULL,
    last_at INTEGER NOT NULL,
    sealed_at INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT;

CREATE TRIGGER entries_are_not_changed BEFORE UPDATE ON entries
BEGIN
    SELECT RAISE(ABORT, 'an entry of the ledger is never changed');
END;
CREATE TRIGGER entries_go_by_seal_alone BEFORE DELETE ON entries
WHEN OLD.sequence > (SELECT coalesce(max(through), 0) FROM seals)
BEGIN
    SELECT RAISE(ABORT, 'an entry of the ledger is never removed but by retention');
END;
CREATE TRIGGER entries_follow_each_other BEFORE INSERT ON entries
WHEN NEW.sequence <> (SELECT sequence + 1 FROM head)
BEGIN
    SELECT RAISE(ABORT, 'an entry of the ledger is only added at its end');
END;
CREATE TRIGGER seals_are_of_the_chain BEFORE INSERT ON seals
WHEN NOT EXISTS (SELECT 1 FROM entries WHERE sequence = NEW.through AND hash = NEW.through_hash)
BEGIN
    SELECT RAISE(ABORT, 'a seal of the ledger names its last entry');
END;
CREATE TRIGGER seals_are_not_changed BEFORE UPDATE ON seals
BEGIN
    SELECT RAISE(ABORT, 'a seal of the ledger is never changed');
END;
CREATE TRIGGER seals_stay BEFORE DELETE ON seals
BEGIN
    SELECT RAISE(ABORT, 'a seal of the ledger is never removed');
END;
CREATE TRIGGER head_stays BEFORE DELETE ON head
BEGIN
    SELECT RAISE(ABORT, 'the head of the ledger is never removed');
END;
CREATE TRIGGER head_goes_forward BEFORE UPDATE ON head
WHEN NEW.sequence < OLD.sequence
BEGIN
    SELECT RAISE(ABORT, 'the head of the ledger never goes back');
END;

-- The runs, added up from the entries: can be made again at any time.
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    blocks INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX runs_by_time ON runs (asked_at, first);
CREATE INDEX runs_by_target ON runs (target, asked_at);
CREATE INDEX runs_that_block ON runs (asked_at) WHERE blocks;

-- Signs of life; no part of the chain.
CREATE TABLE beats (
    run TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
