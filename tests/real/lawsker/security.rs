//! An address that is blocked: packets are followed through the rules of a firewall that is played.

use std::fs;

use quarterdeck::{
    domain::action::{preflight::Draft, refusal::Refusal, value::Values, verdict::Verdict},
    pack::Pack,
};

use super::{here, played, played_back, text};
use crate::harness::{Bed, Project};

const IPTABLES: &str = "/usr/sbin/iptables";
const SS: &str = "/usr/bin/ss";

/// Keeps one chain in `rules`, the first rule first, and takes no other words than the pack's.
const FIREWALL: &str = r#"#!/bin/sh
cd @FOLDER@ || exit 2
[ "$1" = -w ] || { echo "iptables: somebody else holds the lock" >&2; exit 4; }
shift
echo "$*" >>asked
missing() { echo "iptables: Bad rule (does a matching rule exist in that chain?)." >&2; exit 1; }
case "$*" in
'-S DOCKER-USER 1') head -n 1 rules ;;
'-C DOCKER-USER -s '*' -j DROP') grep -qxF -e "-A DOCKER-USER -s $4/32 -j DROP" rules || missing ;;
'-I DOCKER-USER 1 -s '*' -j DROP')
  { echo "-A DOCKER-USER -s $5/32 -j DROP"; cat rules; } >rules.new
  mv rules.new rules ;;
'-D DOCKER-USER -s '*' -j DROP')
  grep -qxF -e "-A DOCKER-USER -s $4/32 -j DROP" rules || missing
  grep -vxF -e "-A DOCKER-USER -s $4/32 -j DROP" rules >rules.new
  mv rules.new rules ;;
*) echo "iptables: $*" >&2; exit 2 ;;
esac
"#;

/// Whoever is signed in stands in `sessions`.
const SESSIONS: &str = r#"#!/bin/sh
cd @FOLDER@ || exit 2
[ "$1 $2 $3 $4 $5 $6 $7 $8 $#" = "-tn state established sport = :22 and dst 9" ] || exit 2
echo "Recv-Q Send-Q Local Address:Port Peer Address:Port Process"
grep -F -e " $9:" sessions || :
"#;

/// A host whose chain lets a network through before anything else.
fn project() -> Project {
    let project = Project::new(&Bed::shared(), "lawsker", true, here, |all| all);
    let folder = project.folder.path().display().to_string();
    for (name, program) in [("iptables", FIREWALL), ("ss", SESSIONS)] {
        let text = program.replace("@FOLDER@", &folder);
        project.program(&format!("programs/{name}"), &text);
    }
    let rules = "-A DOCKER-USER -s 203.0.113.0/24 -j RETURN\n-A DOCKER-USER -j RETURN\n";
    fs::write(project.at("rules"), rules).unwrap();
    fs::write(
        project.at("sessions"),
        "0 0 10.0.0.1:22 203.0.113.9:51522\n",
    )
    .unwrap();
    fs::create_dir_all(project.at("nginx/conf.d")).unwrap();
    let proxies = "set_real_ip_from 203.0.113.8;\nset_real_ip_from 203.0.113.70;\n";
    fs::write(project.at("nginx/conf.d/proxies.conf"), proxies).unwrap();
    project
}

fn draft(project: &Project, action: &str, ip: &str) -> Draft {
    let mut params = Values::from([text("ip", ip)]);
    if action == "block-ip" {
        params.extend([text("why", "guesses passwords")]);
    }
    let draft = project.draft(&format!("lawsker/{action}"), &params);
    let draft = played(draft, project, IPTABLES);
    // The bastion's own sessions are read by the same program.
    played(draft, project, SS)
}

/// Whether a packet of an address reaches a published port: the first rule that is about it decides.
fn reaches(project: &Project, ip: &str) -> bool {
    let rules = project.text("rules");
    let about = |rule: &str| match rule.split_once("-s ") {
        None => true,
        Some((_, rest)) => {
            let (of, _) = rest.split_once(' ').unwrap();
            let network = of.strip_suffix("0/24");
            of == format!("{ip}/32") || network.is_some_and(|network| ip.starts_with(network))
        }
    };
    let rule = rules.lines().find(|rule| about(rule));
    !rule.unwrap().ends_with("-j DROP")
}

// row: D11
#[tokio::test]
async fn a_blocked_address_no_longer_reaches_a_port_until_its_block_expires() {
    let project = project();
    let ip = "203.0.113.7";
    let draft = draft(&project, "block-ip", ip);
    let plan = played_back(project.planned(&draft).await, &project, IPTABLES);
    assert!(reaches(&project, ip));
    let done = project.run(plan.clone()).await;
    done.ended(Verdict::Verified);
    assert!(!reaches(&project, ip), "{}", project.text("rules"));
    assert!(reaches(&project, "203.0.113.71"), "only that one is");
    let again = project.proposed(&draft).await;
    assert!(matches!(again, Err(Refusal::Guard { .. })), "{again:?}");
    // It is for a day, and then it is taken back: by exactly that rule.
    let pack = Pack::embedded("lawsker").unwrap().unwrap();
    let mut actions = pack.actions().iter();
    let spec = actions.find(|it| it.id.parts().1 == "block-ip").unwrap();
    let told = format!("{:?}", spec.temporary);
    assert!(told.contains("86400"), "{told}");
    let back = project.way_back(&plan, &done).await.unwrap();
    let undone = project.run(back).await;
    assert!(reaches(&project, ip), "{}", undone.told);
    // Somebody unblocked it by hand: there is nothing to take back.
    let back = project.way_back(&plan, &done).await;
    assert!(back.is_err(), "{back:?}");
}

// row: D11
#[tokio::test]
async fn who_is_signed_in_and_what_nginx_knows_as_a_proxy_is_never_blocked() {
    let project = project();
    for (ip, allowed) in [
        ("203.0.113.9", false),
        ("203.0.113.8", false),
        ("203.0.113.7", true),
    ] {
        let proposed = project.proposed(&draft(&project, "block-ip", ip)).await;
        assert_eq!(proposed.is_ok(), allowed, "{ip}: {proposed:?}");
        let refused = matches!(proposed, Err(Refusal::Guard { .. }));
        assert_ne!(refused, allowed, "{ip}: {proposed:?}");
    }
    // A network of proxies holds all of its addresses and no other; a name tells no address, so that none is blocked.
    let knows = |text: &str| {
        fs::write(project.at("nginx/conf.d/networks.conf"), text).unwrap();
    };
    for (known, ip, allowed) in [
        ("  set_real_ip_from 203.0.113.0/24;\n", "203.0.113.7", false),
        ("  set_real_ip_from 203.0.113.0/24;\n", "203.0.114.7", true),
        (
            "set_real_ip_from  10.0.0.0/8; real_ip_recursive on;",
            "10.255.0.7",
            false,
        ),
        ("set_real_ip_from 203.0.113.7/32;", "203.0.113.7", false),
        ("set_real_ip_from 203.0.113.6/32;", "203.0.113.7", true),
        ("# set_real_ip_from 203.0.113.0/24;\n", "203.0.113.7", true),
        ("set_real_ip_from 2001:db8::/32;", "203.0.113.7", true),
        ("set_real_ip_from proxy.internal;", "203.0.113.7", false),
    ] {
        knows(known);
        let proposed = project.proposed(&draft(&project, "block-ip", ip)).await;
        assert_eq!(proposed.is_ok(), allowed, "{known} {ip}: {proposed:?}");
        let refused = matches!(proposed, Err(Refusal::Guard { .. }));
        assert_ne!(refused, allowed, "{known} {ip}: {proposed:?}");
    }
    let asked = project.text("asked");
    assert!(!asked.contains("-I "), "{asked}");
}

// row: D11
#[tokio::test]
async fn an_address_is_unblocked_where_it_is_blocked_and_seen_to_be_gone() {
    let project = project();
    let ip = "203.0.113.7";
    let unblock = draft(&project, "unblock-ip", ip);
    let refused = project.proposed(&unblock).await;
    assert!(matches!(refused, Err(Refusal::Guard { .. })), "{refused:?}");
    let block = project.planned(&draft(&project, "block-ip", ip)).await;
    project.run(block).await.ended(Verdict::Verified);
    let done = project.run(project.planned(&unblock).await).await;
    done.ended(Verdict::Verified);
    assert!(reaches(&project, ip), "{}", project.text("rules"));
}
