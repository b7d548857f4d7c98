-- What the people of a shift write down is read by itself.
CREATE INDEX IF NOT EXISTS entries_of_the_log ON entries (at) WHERE kind = 'log';
CREATE INDEX IF NOT EXISTS others_of_the_log ON others (at) WHERE kind = 'log';
