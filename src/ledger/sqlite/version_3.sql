-- What the people of a shift write down is read by itself.
CREATE INDEX entries_of_the_log ON entries (at) WHERE kind = 'log';
CREATE INDEX others_of_the_log ON others (at) WHERE kind = 'log';
