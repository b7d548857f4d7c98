//! The databases of glancy, with the tables its runbook speaks of, on the real server in UTC.

use std::process::Command;

use super::{super::stage::Stage, database};

/// One database, until it is dropped.
pub struct Tables<'a> {
    stage: &'a Stage<'a>,
    name: String,
}

/// Jobs, and a trigger that enqueues what is pending, as the team's has.
const EXPORTS: &str = "
CREATE TABLE export_jobs (job_id text PRIMARY KEY, status text NOT NULL, error_message text,
  requested_at timestamptz NOT NULL DEFAULT now(), execute_after timestamptz);
CREATE TABLE enqueued (job_id text NOT NULL);
CREATE FUNCTION enqueue() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO enqueued VALUES (new.job_id); RETURN new; END $$;
CREATE TRIGGER enqueue AFTER UPDATE ON export_jobs FOR EACH ROW
  WHEN (new.status = 'pending' AND old.status <> 'pending') EXECUTE FUNCTION enqueue();
INSERT INTO export_jobs (job_id, status, error_message, requested_at) VALUES
  ('job-1', 'failed', 'timed out', now() - interval '10 minutes'),
  ('job-2', 'failed', 'timed out', now() - interval '10 minutes'),
  ('job-3', 'failed', 'no disk', now() - interval '10 minutes'),
  ('job-4', 'running', NULL, now() - interval '9 minutes'),
  ('job-5', 'running', NULL, now()),
  ('job-6', 'done', NULL, now() - interval '2 hours');
";

/// Quotas of today where the team is: two differ from their ledger, one by 1; one is right, one is of yesterday, one is
/// deleted.
const CORE: &str = "
CREATE TABLE quota_daily (user_id bigint NOT NULL, metric text NOT NULL, quota_date_local date NOT NULL,
  used_value bigint NOT NULL, last_reconciled_at timestamptz, deleted_at timestamptz,
  PRIMARY KEY (user_id, metric, quota_date_local));
CREATE TABLE quota_ledger (id bigserial PRIMARY KEY, user_id bigint NOT NULL, metric text NOT NULL,
  quota_date_local date NOT NULL, delta bigint NOT NULL, reason text, trace_id text);
CREATE TABLE audit_events (event text NOT NULL, subject text, detail text, trace_id text, created_at timestamptz);
CREATE TABLE slo_error_budget (metric text NOT NULL, error_minutes numeric NOT NULL, window_start timestamptz NOT NULL);
INSERT INTO slo_error_budget VALUES ('lookup', 1.5, now() - interval '1 hour'),
  ('lookup', 2, now() - interval '2 hours'), ('lookup', 40, now() - interval '25 hours');
INSERT INTO quota_daily (user_id, metric, quota_date_local, used_value, deleted_at)
SELECT user_id, 'regenerate', (now() AT TIME ZONE 'Asia/Shanghai')::date - ago, used, gone
FROM (VALUES (1, 0, 10, NULL), (2, 0, 4, NULL), (3, 0, 7, NULL), (4, 1, 9, NULL), (5, 0, 9, now()))
  AS it(user_id, ago, used, gone);
INSERT INTO quota_ledger (user_id, metric, quota_date_local, delta, reason)
SELECT user_id, 'regenerate', (now() AT TIME ZONE 'Asia/Shanghai')::date - ago, delta, 'used'
FROM (VALUES (1, 0, 5), (1, 0, 4), (2, 0, 7), (3, 0, 7), (4, 1, 2), (5, 0, 1)) AS it(user_id, ago, delta);
";

impl<'a> Tables<'a> {
    pub fn exports(stage: &'a Stage<'a>) -> Self {
        Self::new(stage, "exports", EXPORTS)
    }

    pub fn core(stage: &'a Stage<'a>) -> Self {
        Self::new(stage, "core", CORE)
    }

    fn new(stage: &'a Stage<'a>, name: &str, text: &str) -> Self {
        let name = database(&stage.space.name, name);
        let tables = Self { stage, name };
        let user = if tables.name.starts_with("core") {
            "glancy"
        } else {
            "export"
        };
        tables.run("postgres", &format!("CREATE DATABASE {}", tables.name));
        // As the pack says who asks; the server takes their word for it.
        tables.ask(&format!(
            "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{user}') THEN CREATE ROLE {user} LOGIN; \
             END IF; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        ));
        tables.ask(&format!(
            "ALTER DATABASE {} SET timezone = 'UTC'",
            tables.name
        ));
        tables.ask(&format!(
            "GRANT ALL ON SCHEMA public TO {user}; SET ROLE {user}; {text}"
        ));
        tables
    }

    fn run(&self, database: &str, sql: &str) -> String {
        let program = self.stage.space.bed.folder().join("bin/psql");
        let words = [
            "-X",
            "-q",
            "-At",
            "-v",
            "ON_ERROR_STOP=1",
            "-d",
            database,
            "-c",
            sql,
        ];
        let output = Command::new(program).args(words).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{sql}: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub fn ask(&self, sql: &str) -> String {
        self.run(&self.name, sql)
    }
}

impl Drop for Tables<'_> {
    fn drop(&mut self) {
        self.run(
            "postgres",
            &format!("DROP DATABASE {} WITH (FORCE)", self.name),
        );
    }
}

/// What a Redis of the bed says.
pub fn redis(stage: &Stage<'_>, database: &str, words: &[&str]) -> String {
    let program = stage.space.bed.folder().join("bin/redis-cli");
    let output = Command::new(program)
        .args(["-n", database])
        .args(words)
        .output()
        .unwrap();
    assert!(output.status.success(), "{words:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
