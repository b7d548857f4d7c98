//! Where programs run, as whom, and where their output goes.

use super::*;

// row: G10
#[tokio::test]
async fn a_place_without_its_folder_or_its_user_is_refused() {
    let scripts = Scripts::new();
    let program = scripts.program("true", "true");
    let place = |name: &str| PlaceSpec {
        name: name.to_owned(),
        ..PlaceSpec::default()
    };
    let places = vec![
        PlaceSpec {
            cwd: Some("/no/such/folder".to_owned()),
            ..place("gone")
        },
        PlaceSpec {
            user: Some("-u".to_owned()),
            ..place("odd")
        },
    ];
    let commands = Commands::new(Arc::new(host(places, Secrets::default())));
    for (name, why) in [
        ("gone", "no folder"),
        ("odd", "no user"),
        ("absent", "place absent"),
    ] {
        let step = with(command(&[&program]), |kind| {
            if let StepKind::Command { place, .. } = kind {
                *place = Some(name.to_owned());
            }
        });
        let refusal = refused(&commands, step).await;
        assert!(format!("{refusal:?}").contains(why), "{name}: {refusal:?}");
    }
}

/// Says who it was run as, and runs the rest, as sudo does.
const SUDO: &str = r#"
if [ "$1" != -n ]; then echo "sudo: a password is required" >&2; exit 1; fi
shift
keep=
case "$1" in --preserve-env=*) keep=${1#*=}; shift;; esac
list=
if [ "$1" = -l ]; then list=yes; shift; fi
user=$2; shift 3
if [ "$user" = stranger ]; then echo "sudo: a password is required" >&2; exit 1; fi
if [ -n "$list" ]; then echo "$@"; exit 0; fi
echo "as $user keeping $keep"
exec "$@"
"#;

// row: G10
#[tokio::test]
async fn a_places_user_is_had_by_sudo_and_refused_where_that_would_ask() {
    let scripts = Scripts::new();
    let program = scripts.program("show", "echo ran \"$@\"");
    let place = |name: &str, user: &str| PlaceSpec {
        name: name.to_owned(),
        user: Some(user.to_owned()),
        env: [("BATCH".to_owned(), "REL-B4".to_owned())].into(),
        ..PlaceSpec::default()
    };
    let mut host = host(
        vec![place("backend", "ecs-user"), place("strange", "stranger")],
        Secrets::default(),
    );
    host.sudo = scripts.program("sudo", SUDO).into();
    let commands = Commands::new(Arc::new(host));
    let at = |name: &str| {
        with(command(&[&program, "a b", "c"]), |kind| {
            if let StepKind::Command { place, .. } = kind {
                *place = Some(name.to_owned());
            }
        })
    };
    let (end, bench) = done(&commands, at("backend")).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(
        bench.heard(Stream::Out),
        "as ecs-user keeping BATCH\nran a b c\n"
    );
    let refusal = refused(&commands, at("strange")).await;
    assert!(
        format!("{refusal:?}").contains("password is required"),
        "{refusal:?}"
    );
}

#[tokio::test]
async fn output_goes_to_a_file_that_was_not_there_and_stays_only_when_whole() {
    let scripts = Scripts::new();
    let program = scripts.program("dump", "echo rows; exit ${1:-0}");
    let into = |words: &[&str], name: &str| {
        let path = scripts.path(name).to_string_lossy().into_owned();
        with(command(words), |kind| {
            if let StepKind::Command { stdout, .. } = kind {
                *stdout = Some(Template::plain(path));
            }
        })
    };
    let (end, bench) = done(&commands(), into(&[&program], "orders.dump")).await;
    assert!(matches!(end, StepEnd::Done { .. }), "{end:?}");
    assert_eq!(scripts.text("orders.dump"), "rows\n");
    let mode = fs::metadata(scripts.path("orders.dump"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(
        bench.heard(Stream::Note).starts_with("written 5 "),
        "{:?}",
        bench.told()
    );
    let refusal = refused(&commands(), into(&[&program], "orders.dump")).await;
    assert!(
        format!("{refusal:?}").contains("not replaced"),
        "{refusal:?}"
    );
    let (end, _) = done(&commands(), into(&[&program, "4"], "half.dump")).await;
    assert!(matches!(end, StepEnd::Failed { .. }), "{end:?}");
    let mut names: Vec<_> = fs::read_dir(scripts.0.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["dump", "orders.dump"]);
}
