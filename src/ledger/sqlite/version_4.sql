-- Who of several processes leads in something, and how often they showed that they live; no part of the chain.
CREATE TABLE IF NOT EXISTS leads (
    what TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    term INTEGER NOT NULL,
    beats INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
