//! redis-cli by its flags: which server it reaches, with which secret, and what it is told.

use super::{
    material::{Context, Step},
    shell::{Args, Call, Word},
};

/// The flags that take a value.
const VALUES: &[&str] = &[
    "-h",
    "-p",
    "-s",
    "-a",
    "-u",
    "-r",
    "-i",
    "-n",
    "--user",
    "--pass",
    "--pattern",
    "--rdb",
    "--count",
    "--type",
    "--eval",
    "--cacert",
    "--cert",
    "--key",
];

/// One call of redis-cli.
struct Redis<'a> {
    step: &'a Step<'a>,
    call: &'a Call<'a>,
    args: Args<'a>,
}

/// What `-u` says: `redis://user:password@host:port/database`.
struct Address<'a> {
    password: Option<&'a str>,
    host: &'a str,
    database: Option<&'a str>,
}

impl<'a> Address<'a> {
    fn of(uri: &'a str) -> Option<Self> {
        let (_, rest) = uri.split_once("://")?;
        let (who, place) = rest.rsplit_once('@').unwrap_or(("", rest));
        let (host, path) = place.split_once('/').unwrap_or((place, ""));
        let port = host.rsplit_once(':');
        let filled = |text: &&str| !text.is_empty();
        Some(Self {
            password: who.split_once(':').map(|(_, it)| it).filter(filled),
            host: port.map_or(host, |(host, _)| host),
            database: Some(path).filter(filled),
        })
    }
}

impl Redis<'_> {
    fn address(&self) -> Option<Address<'_>> {
        Address::of(self.args.value(&["-u"])?)
    }

    fn verb(&self) -> String {
        let verb = self.args.plain.first().map_or("", |word| &*word.text);
        verb.to_ascii_lowercase()
    }

    fn has_auth(&self) -> bool {
        let sets = &self.call.command.sets;
        let by_environment = sets.iter().any(|(name, _)| name == "REDISCLI_AUTH");
        by_environment
            || self.args.has(&["-a", "--pass", "--user", "--askpass"])
            || self.address().is_some_and(|it| it.password.is_some())
    }

    /// The server that is meant: a host, else the pod or container it runs in.
    fn server(&self) -> String {
        let host = self.host().or(self.call.container());
        host.unwrap_or("localhost").to_owned()
    }

    fn host(&self) -> Option<&str> {
        let address = self.address().map(|it| it.host);
        self.args.value(&["-h"]).or(address)
    }

    fn database(&self) -> Option<&str> {
        let address = self.address().and_then(|it| it.database);
        self.args.value(&["-n"]).or(address)
    }

    /// The key it reads or writes.
    fn key(&self) -> Option<&Word> {
        let keyed = matches!(
            &*self.verb(),
            "llen"
                | "lpush"
                | "rpush"
                | "lrange"
                | "lpop"
                | "rpop"
                | "get"
                | "set"
                | "del"
                | "incr"
                | "hget"
                | "hgetall"
                | "hset"
                | "zcard"
                | "zrange"
                | "scard"
                | "smembers"
                | "xlen"
                | "ttl"
                | "expire"
                | "exists"
                | "type"
                | "unlink"
        );
        self.args.plain.get(1).copied().filter(|_| keyed)
    }
}

/// Everything this kind of rule finds.
pub fn look(context: &Context<'_>) {
    let calls: Vec<Redis<'_>> = context
        .calls()
        .filter(|(_, call)| call.program == "redis-cli")
        .map(|(step, call)| Redis {
            step,
            call,
            args: call.args(VALUES),
        })
        .collect();
    for redis in &calls {
        secret(context, redis);
        wipe(context, redis);
        if !redis.call.command.connected {
            ping(context, redis, &calls);
            elsewhere(context, redis, &calls);
        }
        twice(context, redis);
        fields(context, redis);
    }
}

fn secret(context: &Context<'_>, redis: &Redis<'_>) {
    let address = redis.args.find(&["-u"]);
    let address = address.filter(|_| redis.address().is_some_and(|it| it.password.is_some()));
    if let Some(flag) = redis.args.find(&["-a", "--pass"]).or(address) {
        context.find_secret(
            "redis-password-in-argv",
            redis.step.script,
            flag.word.place,
            &flag.name,
        );
    }
}

/// A server that wants a password answers NOAUTH to a ping, and exits 0.
fn ping(context: &Context<'_>, redis: &Redis<'_>, all: &[Redis<'_>]) {
    let server = redis.server();
    let wants = all.iter().find(|it| it.has_auth() && it.server() == server);
    if redis.verb() == "ping" && !redis.has_auth() && wants.is_some() {
        context.find(
            "redis-ping-without-password",
            redis.step.script,
            redis.call.place(),
            server,
        );
    }
}

/// A key that lives at another host, or in another database.
fn elsewhere(context: &Context<'_>, redis: &Redis<'_>, all: &[Redis<'_>]) {
    let Some(key) = redis.key().filter(|_| !redis.call.is_elsewhere()) else {
        return;
    };
    let at = |it: &Redis<'_>| {
        let host = it.host().map(str::to_owned);
        (host, it.database().map(str::to_owned))
    };
    let here = at(redis);
    let others = all
        .iter()
        .filter(|it| it.key().is_some_and(|other| other.text == key.text));
    let fuller = others
        .map(at)
        .find(|(host, db)| host.is_some() && here.0.is_none() || db.is_some() && here.1.is_none());
    if let Some((host, db)) = fuller {
        let flag = |name: &str, value: Option<String>| {
            value.map_or_else(String::new, |value| format!(" {name} {value}"))
        };
        let subject = format!("{}{}{}", key.text, flag("-h", host), flag("-n", db));
        context.find(
            "redis-key-elsewhere",
            redis.step.script,
            redis.call.place(),
            subject,
        );
    }
}

/// Everything goes, or all keys by a pattern that is every key's.
fn wipe(context: &Context<'_>, redis: &Redis<'_>) {
    let script = redis.step.script;
    if matches!(&*redis.verb(), "flushdb" | "flushall") {
        let word = redis.args.plain[0];
        context.find(
            "redis-flush",
            script,
            word.place,
            redis.verb().to_uppercase(),
        );
    }
    let all = redis
        .args
        .find(&["--pattern"])
        .filter(|it| it.value.as_deref() == Some("*"));
    let keys = redis.verb() == "keys" && redis.args.plain.get(1).is_some_and(|it| it.is("*"));
    let deletes = deletes(context, redis);
    if deletes
        && (all.is_some() || keys || redis.args.has(&["--scan"]) && !redis.args.has(&["--pattern"]))
    {
        let word = all.map_or(redis.call.name, |flag| flag.word);
        context.find("redis-deletes-every-key", script, word.place, "*");
    }
}

/// What was listed is deleted: behind the pipe, or by a later step as what was previewed.
fn deletes(context: &Context<'_>, redis: &Redis<'_>) -> bool {
    let removes = |call: &Call<'_>| {
        let verb = |it: &Word| {
            ["del", "unlink"]
                .iter()
                .any(|verb| it.text.eq_ignore_ascii_case(verb))
        };
        call.words.iter().any(verb)
    };
    let script = redis.step.script;
    let piped = redis
        .step
        .calls()
        .any(|call| call.is_fed() && removes(call));
    let previewed = script.is_preview()
        && context.procedure(&script.procedure).any(|step| {
            let items = |it: &Word| it.is("$preview.items");
            let all = |call: &Call<'_>| call.words.iter().any(items) && removes(call);
            step.order > redis.step.order && step.calls().any(all)
        });
    piped || previewed
}

/// Rows are set to wait, which puts them into the queue, and then pushed into it as well.
fn twice(context: &Context<'_>, redis: &Redis<'_>) {
    if !matches!(&*redis.verb(), "lpush" | "rpush" | "xadd" | "zadd") {
        return;
    }
    let script = redis.step.script;
    let waits = context.statements.iter().any(|said| {
        let near = said.script.procedure == script.procedure && said.begins("update");
        let mut set = said
            .equals("status")
            .into_iter()
            .chain(said.equals("state"));
        near && set.any(|it| matches!(&*it.text, "pending" | "queued" | "waiting" | "retry"))
    });
    if waits {
        let key = redis.key().map_or("", |word| &*word.text);
        context.find("redis-enqueued-twice", script, redis.call.place(), key);
    }
}

/// What is looked for in the answer of INFO that INFO never says.
fn fields(context: &Context<'_>, redis: &Redis<'_>) {
    if redis.verb() != "info" {
        return;
    }
    for (at, call) in redis.step.ends() {
        let reads = call.program == "grep"
            && redis
                .step
                .before(at)
                .is_some_and(|it| it.program == "redis-cli");
        let Some(pattern) = call
            .words
            .iter()
            .find(|it| !it.text.starts_with('-'))
            .filter(|_| reads)
        else {
            continue;
        };
        let wanted = pattern.text.to_ascii_lowercase();
        // INFO counts; what one makes of two counts is not among its fields.
        let derived = ["rate", "percent", "hit_ratio", "miss_ratio"];
        if derived.iter().any(|end| wanted.ends_with(end)) {
            context.find(
                "redis-info-without-field",
                redis.step.script,
                pattern.place,
                &*pattern.text,
            );
        }
    }
}
