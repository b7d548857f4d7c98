//! What people do, and say that they did.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use quarterdeck::domain::action::refusal::Refusal;

use super::super::stage::{Stage, told};

/// The list of those whose signatures count, with one person on it, whose key lies beside it.
pub fn signers(folder: &Path) -> PathBuf {
    let list = folder.join("trust/allowed_signers");
    fs::create_dir_all(list.parent().unwrap()).unwrap();
    fs::set_permissions(list.parent().unwrap(), fs::Permissions::from_mode(0o700)).unwrap();
    let key = folder.join("trust/wang");
    let mut command = Command::new("/usr/bin/ssh-keygen");
    command.args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"]);
    assert!(command.arg(&key).status().unwrap().success());
    let public = fs::read_to_string(key.with_extension("pub")).unwrap();
    fs::write(&list, format!("wang namespaces=\"quarterdeck\" {public}")).unwrap();
    fs::set_permissions(&list, fs::Permissions::from_mode(0o600)).unwrap();
    list
}

// row: C13
pub async fn early_drill(stage: &Stage<'_>) {
    stage
        .refuses("early-degrade-drill", &[], "due every week")
        .await;
    stage.readings.forget(&["doubao-5xx"]);
    stage
        .refuses("early-degrade-drill", &[], "GuardUnknown")
        .await;
    stage.readings.say(&[("doubao-5xx", 0.051)]);
    let run = stage.well("early-degrade-drill", &[]).await;
    assert!(
        run.steps.iter().all(|it| it.evidence.is_some()),
        "{}",
        told(&run)
    );
}

// row: C8
pub async fn pause_free(stage: &Stage<'_>) {
    let run = stage.well("pause-free", &[]).await;
    assert!(run.steps[0].evidence.is_some(), "{}", told(&run));
}

// row: C24
pub async fn raise_quota(stage: &Stage<'_>) {
    let run = stage.well("raise-doubao-quota", &[]).await;
    assert!(run.steps[0].evidence.is_some(), "{}", told(&run));
}

// row: C24
pub async fn warm_standby(stage: &Stage<'_>) {
    let alone = stage.act("warm-standby", &[]).await;
    assert!(matches!(alone, Err(Refusal::Persons { .. })), "{alone:?}");
    stage.has_second(stage.at("trust/wang"));
    let run = stage.well("warm-standby", &[]).await;
    assert!(
        run.steps.iter().all(|it| it.evidence.is_some()),
        "{}",
        told(&run)
    );
}
