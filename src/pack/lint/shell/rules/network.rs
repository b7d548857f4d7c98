//! Reaching other machines: curl, telnet, ping, certificates, firewalls.

use crate::pack::lint::{
    material::{Context, Step},
    shell::{Call, Word},
};

pub(super) fn look(context: &Context<'_>, step: &Step<'_>) {
    for (at, call) in step.ends() {
        match call.program {
            "curl" | "wget" => http(context, step, call),
            "telnet" => {
                context.find("shell-telnet-waits", step.script, call.place(), "telnet");
            }
            "ping" => ping(context, step, call),
            "openssl" => served(context, step, (at, call)),
            "iptables" | "ip6tables" => firewall(context, step, call),
            _ => {}
        }
    }
}

/// Ports of servers that speak no HTTP.
const OTHERS: [&str; 14] = [
    "5432", "6379", "3306", "27017", "1521", "1433", "9092", "5672", "11211", "2181", "22", "25",
    "53", "389",
];

fn http(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>) {
    for word in call.words {
        let Some((_, rest)) = word.text.split_once("://") else {
            continue;
        };
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let port = host.rsplit_once(':').map_or("", |(_, port)| port);
        if OTHERS.contains(&port) {
            context.find("shell-http-to-no-http", step.script, word.place, port);
        }
        let globs = path.contains(['[', '{']) && !path.contains("${");
        let off = call
            .words
            .iter()
            .any(|it| it.is("-g") || it.is("--globoff"));
        if call.program == "curl" && globs && !off {
            context.find("shell-curl-takes-brackets", step.script, word.place, "[ {");
        }
    }
}

fn ping(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>) {
    let args = call.args(&["-c", "-w", "-i", "-W", "-s", "-I", "-t"]);
    if !args.has(&["-c", "-w"]) {
        context.find("shell-ping-endless", step.script, call.place(), "ping");
    }
}

/// `s_client` waits for what a person types.
fn served(context: &Context<'_>, step: &Step<'_>, (at, call): (usize, &Call<'_>)) {
    let connects = call.words.first().is_some_and(|word| word.is("s_client"));
    // A step of the cockpit's has nothing on its input.
    let fed = call.command.bare || call.command.reads().is_some() || step.before(at).is_some();
    if connects && !fed {
        context.find(
            "shell-s-client-waits",
            step.script,
            call.place(),
            "s_client",
        );
    }
}

fn firewall(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>) {
    let word = |flags: [&str; 2]| -> Option<(&Word, &Word)> {
        let at = call
            .words
            .iter()
            .position(|it| it.is(flags[0]) || it.is(flags[1]))?;
        Some((&call.words[at], call.words.get(at + 1)?))
    };
    let target = word(["-j", "--jump"]).map_or("", |(_, target)| &target.text);
    if !matches!(target, "DROP" | "REJECT") {
        return;
    }
    let script = step.script;
    let added = word(["-A", "--append"]).or(word(["-I", "--insert"]));
    let Some((flag, chain)) = added else { return };
    if chain.is("INPUT") && context.has_docker() {
        context.find(
            "shell-firewall-misses-containers",
            script,
            chain.place,
            "INPUT",
        );
    }
    if flag.is("-A") || flag.is("--append") {
        context.find(
            "shell-firewall-rule-too-late",
            script,
            flag.place,
            &*flag.text,
        );
    }
    let keeps = |call: &Call<'_>| {
        let saves = matches!(
            call.program,
            "iptables-save" | "netfilter-persistent" | "nft"
        );
        saves || call.words.iter().any(|it| it.is("save"))
    };
    let kept = script.frame.temporary || context.calls().any(|(_, call)| keeps(call));
    if !kept {
        context.find(
            "shell-firewall-rule-forgotten",
            script,
            call.name.place,
            target,
        );
    }
}
