//! What statements say.

use super::{Statement, Token, TokenKind};
use crate::pack::lint::material::Context;

pub(super) fn look(context: &Context<'_>) {
    for said in &context.statements {
        old_columns(context, said);
        reindex(context, said);
        date_at_zone(context, said);
        hidden_difference(context, said);
        terminate(context, said);
        idle(context, said);
        out_of_scope(context, said);
        disjoint(context, said);
        twice(context, said);
    }
}

/// Columns that PostgreSQL 13 renamed.
fn old_columns(context: &Context<'_>, said: &Statement<'_>) {
    const OLD: [&str; 5] = [
        "total_time",
        "mean_time",
        "min_time",
        "max_time",
        "stddev_time",
    ];
    if !said.has("pg_stat_statements") {
        return;
    }
    let old = |token: &&Token| OLD.iter().any(|old| token.is(old));
    for token in said.tokens.iter().filter(old) {
        let place = said.place(token);
        context.find("sql-old-statement-times", said.script, place, &*token.text);
    }
}

/// `REINDEX` locks what it rebuilds unless it is told to do so beside.
fn reindex(context: &Context<'_>, said: &Statement<'_>) {
    if said.begins("reindex") && !said.has("concurrently") {
        context.find("sql-reindex-locks", said.script, said.whole(), "REINDEX");
    }
}

/// `current_date at time zone`: a date is midnight of the server's zone first.
fn date_at_zone(context: &Context<'_>, said: &Statement<'_>) {
    for what in ["current_date", "date"] {
        if let Some(at) = said.sequence(&[what, "at", "time", "zone"]) {
            let place = said
                .place(&said.tokens[at])
                .to(said.place(&said.tokens[at + 3]));
            context.find("sql-date-at-time-zone", said.script, place, what);
        }
    }
}

/// `abs(a - b) > 1`: a difference of one passes.
fn hidden_difference(context: &Context<'_>, said: &Statement<'_>) {
    for (at, token) in said
        .tokens
        .iter()
        .enumerate()
        .filter(|(_, it)| it.is("abs"))
    {
        let Some(open) = said.tokens.get(at + 1).filter(|it| it.is("(")) else {
            continue;
        };
        let after = &said.tokens[at + 2..];
        let Some(close) = after
            .iter()
            .position(|it| it.is(")") && it.depth == open.depth)
        else {
            continue;
        };
        let differs = after[..close].iter().any(|it| it.is("-"));
        let (op, limit) = (after.get(close + 1), after.get(close + 2));
        if let (true, Some(op), Some(limit)) = (differs, op, limit)
            && (op.is(">") || op.is(">="))
            && limit.kind == TokenKind::Number
            && limit
                .text
                .parse()
                .is_ok_and(|number: f64| number >= 1.0 && (op.is(">") || number > 1.0))
        {
            let place = said.place(token).to(said.place(limit));
            context.find("sql-hidden-difference", said.script, place, &*limit.text);
        }
    }
}

/// Ends backends of everybody: replication, dumps, other databases.
fn terminate(context: &Context<'_>, said: &Statement<'_>) {
    let mut tokens = said.tokens.iter();
    let Some(token) = tokens.find(|it| it.is("pg_terminate_backend")) else {
        return;
    };
    let all = said.has("pg_stat_activity");
    if all && !(said.has("backend_type") && said.has("datname")) {
        let place = said.place(token);
        context.find(
            "sql-terminates-everybody",
            said.script,
            place,
            "pg_terminate_backend",
        );
    }
}

/// Looks at states one by one and leaves out the one that holds locks and does nothing.
fn idle(context: &Context<'_>, said: &Statement<'_>) {
    if !said.has("pg_stat_activity") {
        return;
    }
    let states = said.equals("state");
    let told = |token: &Token| token.text.starts_with("idle in transaction");
    let mut others = context.statements.iter();
    let counted = others.any(|it| it.tokens.iter().any(told));
    if let (Some(first), false) = (states.first(), counted) {
        let place = said.place(first);
        context.find(
            "sql-idle-in-transaction-left",
            said.script,
            place,
            "idle in transaction",
        );
    }
}

/// A name that `WITH` gave in another statement.
fn out_of_scope(context: &Context<'_>, said: &Statement<'_>) {
    let own = said.common();
    for table in said.tables() {
        if own.iter().any(|it| it.text == table.text) {
            continue;
        }
        let others = context.statements.iter();
        let mut others = others.filter(|it| it.script.procedure == said.script.procedure);
        let given = |it: &Statement<'_>| it.common().iter().any(|cte| cte.text == table.text);
        if others.any(given) {
            let place = said.place(table);
            context.find("sql-cte-out-of-scope", said.script, place, &*table.text);
        }
    }
}

/// Rows are chosen in one state, and written only where they are in another.
fn disjoint(context: &Context<'_>, said: &Statement<'_>) {
    let table = said.tokens.get(1).filter(|_| said.begins("update"));
    let Some(table) = table else { return };
    let Some(at) = said.tokens.iter().position(|it| it.is("where")) else {
        return;
    };
    let from = said.tokens[at].span.start;
    let chosen_by = |it: &&Token| it.span.start > from;
    for column in ["status", "state"] {
        let written: Vec<&Token> = said.equals(column).into_iter().filter(chosen_by).collect();
        let Some(first) = written.first() else {
            continue;
        };
        let others = context.statements.iter().filter(|it| {
            let same = it.script.procedure == said.script.procedure && it.order <= said.order;
            same && it.begins("select") && it.tables().iter().any(|t| t.text == table.text)
        });
        for other in others {
            let chosen = other.equals(column);
            let meets = chosen
                .iter()
                .any(|it| written.iter().any(|one| one.text == it.text));
            // Ids that were chosen are written by their id.
            let by_id = said.tokens[at..]
                .windows(2)
                .any(|it| it[1].is("in") && other.has(&it[0].text) && !it[0].is(column));
            if !chosen.is_empty() && !meets && by_id {
                let place = said.place(first);
                context.find(
                    "sql-chosen-in-another-state",
                    said.script,
                    place,
                    &*first.text,
                );
                let place = other.place(chosen[0]);
                context.find(
                    "sql-chosen-in-another-state",
                    other.script,
                    place,
                    &*first.text,
                );
            }
        }
    }
}

/// A value is set to what a ledger sums to, and the ledger gets the difference as well.
fn twice(context: &Context<'_>, said: &Statement<'_>) {
    let target = said
        .sequence(&["insert", "into"])
        .and_then(|at| said.tokens.get(at + 2));
    let Some(ledger) = target else { return };
    let others = context.statements.iter();
    let near: Vec<&Statement<'_>> = others
        .filter(|it| it.script.procedure == said.script.procedure)
        .collect();
    let sums = near.iter().filter(|it| {
        let reads = it.tables().iter().any(|table| table.text == ledger.text);
        reads && it.has("sum") && !it.begins("insert")
    });
    let names: Vec<&str> = sums
        .flat_map(|it| it.tokens.windows(2))
        .filter(|pair| pair[0].is("as"))
        .map(|pair| &*pair[1].text)
        .collect();
    let set = near.iter().any(|it| {
        let mut parts = it.tokens.windows(4);
        it.begins("update")
            && parts.any(|w| w[0].is("=") && w[2].is(".") && names.contains(&&*w[3].text))
    });
    if set {
        let place = said.place(ledger);
        context.find("sql-corrected-twice", said.script, place, &*ledger.text);
    }
}
