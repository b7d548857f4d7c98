//! What is wrong with a query whatever it asks.

use super::{Kind, Matcher, Node, Query, parse};
use crate::pack::lint::{material::Context, place::Read};

/// Everything this kind of rule finds.
pub fn look(context: &Context<'_>) {
    for query in &context.material.queries {
        judge(context, query);
    }
    for (step, call) in context.calls() {
        let script = step.script;
        if call.program == "promql" {
            let asked = call.words.iter().filter(|it| !it.text.starts_with('-'));
            for word in asked.take(1) {
                let at = script.at(word.place);
                judge(context, &asks(word.read(), at));
            }
        }
        if !matches!(call.program, "curl" | "wget" | "http") {
            continue;
        }
        for word in call
            .words
            .iter()
            .filter(|it| it.text.contains("/api/v1/query"))
        {
            if !says_port(&word.text) {
                let host = host(&word.text).to_owned();
                context.find("promql-server-without-port", script, word.place, host);
            }
        }
        for word in call.words {
            if let Some((before, query)) = word.text.split_once("query=") {
                let first = word.first.map(|at| at + before.len() + "query=".len());
                let read = Read::at(query, word.place, first);
                judge(context, &asks(read, script.at(word.place)));
            }
        }
    }
}

fn asks(read: Read, at: String) -> Query {
    Query {
        read,
        at,
        is_count: false,
    }
}

/// The host of an address, with its port.
fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default()
}

/// Prometheus listens on 9090; an address without a port says 80 or 443.
fn says_port(address: &str) -> bool {
    // What is filled in may say one.
    host(address).contains(':') || address.starts_with("https://") || host(address).starts_with('$')
}

fn judge(context: &Context<'_>, query: &Query) {
    let Some(tree) = parse(&query.read.text) else {
        return;
    };
    let judge = Judge { context, query };
    judge.share(&tree);
    for node in tree.all() {
        judge.quantile(node);
        judge.gauge(node);
    }
    judge.cores(&tree);
}

struct Judge<'a> {
    context: &'a Context<'a>,
    query: &'a Query,
}

/// A matcher that lets only failures through.
fn fails(matcher: &Matcher) -> bool {
    let label = matches!(
        &*matcher.label,
        "status" | "code" | "status_code" | "http_status"
    );
    let five = matcher.value.starts_with('5') || matcher.value.starts_with("(5");
    label && matches!(&*matcher.op, "=" | "=~") && five
}

impl Judge<'_> {
    fn find(&self, rule: &'static str, node: &Node, subject: &str) {
        let place = self.query.read.part(&node.span);
        let at = self.query.at.clone();
        self.context.sink.find(rule, place, at, subject);
    }

    /// Failures that nothing divides: a number of requests, not a share of them.
    fn share(&self, tree: &Node) {
        if self.query.is_count {
            return;
        }
        let all = tree.all();
        let divided: Vec<&Node> = all
            .iter()
            .filter_map(|node| match &node.kind {
                Kind::Binary { op, sides } if op == "/" => Some(&sides.0),
                _ => None,
            })
            .collect();
        for node in all.iter().filter(|node| node.is_rate()) {
            let inside =
                |of: &&&Node| of.span.start <= node.span.start && node.span.end <= of.span.end;
            let failing = node
                .selectors()
                .find(|(_, _, matchers)| matchers.iter().any(fails));
            if let Some((_, name, _)) = failing
                && !divided.iter().any(|of| inside(&of))
            {
                self.find("promql-errors-without-total", node, name);
            }
        }
    }

    /// A quantile of what is no histogram's buckets by `le`.
    fn quantile(&self, node: &Node) {
        let Kind::Call { name, args } = &node.kind else {
            return;
        };
        let Some(of) = args.get(1).filter(|_| name == "histogram_quantile") else {
            return;
        };
        let rated = of.all().iter().any(|it| it.is_rate());
        let drops_le = of.all().iter().any(|it| match &it.kind {
            Kind::Aggregate { by, without, .. } => {
                without.iter().any(|label| label == "le")
                    || without.is_empty() && !by.iter().any(|label| label == "le")
            }
            _ => false,
        });
        // Native histograms have no buckets of their own to sum.
        let classic = of.selectors().any(|(_, name, _)| name.ends_with("_bucket"));
        if !rated || drops_le && classic {
            let metric = of.selectors().next().map_or("", |(_, name, _)| name);
            self.find("promql-quantile-without-buckets", node, metric);
        }
    }

    /// A counter's function over what goes up and down.
    fn gauge(&self, node: &Node) {
        const GAUGES: [&str; 12] = [
            "_bytes",
            "_ratio",
            "_percent",
            "_usage",
            "_size",
            "_depth",
            "_celsius",
            "_length",
            "_connections",
            "_threads",
            "_goroutines",
            "_timestamp_seconds",
        ];
        if !node.is_rate() {
            return;
        }
        for (_, name, _) in node.selectors() {
            if GAUGES.iter().any(|end| name.ends_with(end)) {
                self.find("promql-rate-of-gauge", node, name);
            }
        }
    }

    /// Cores a container uses, held against a share of one.
    fn cores(&self, tree: &Node) {
        for node in tree.all() {
            let Kind::Binary { op, sides } = &node.kind else {
                continue;
            };
            let Kind::Number(limit) = sides.1.kind else {
                continue;
            };
            if !matches!(&**op, ">" | ">=" | "<" | "<=") || limit > 1.0 {
                continue;
            }
            let divides = |it: &&Node| matches!(&it.kind, Kind::Binary { op, .. } if op == "/");
            if sides.0.all().iter().any(divides) {
                continue;
            }
            let metric = sides
                .0
                .selectors()
                .find(|(_, name, _)| name.contains("cpu_usage_seconds"));
            if let Some((_, name, _)) = metric {
                self.find("promql-cores-as-share", &sides.0, name);
            }
        }
    }
}
