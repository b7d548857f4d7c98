//! What keeps containers from being made: volumes, networks, images, configuration, init containers.

use super::*;

#[expect(clippy::too_many_lines, reason = "a table, one case after the other")]
pub(super) fn of_the_setup() -> Vec<Case> {
    let creating = || pod("Pending", one(waiting("ContainerCreating", "")));
    let pulling = |reason: &str, said: &str| {
        with(
            pod("Pending", one(waiting(reason, "Back-off pulling image"))),
            |it| {
                event(
                    it,
                    "Failed",
                    &format!("Failed to pull image \"r.io/app:2\": {said}"),
                    20,
                );
            },
        )
    };
    let not_made = |message: &str| {
        pod(
            "Pending",
            one(waiting("CreateContainerConfigError", message)),
        )
    };
    let init = |state, restarts| {
        let mut init = container("migrate", state);
        init.kind = ContainerKind::Init;
        init.restarts = restarts;
        let main = container("main", waiting("PodInitializing", ""));
        pod("Pending", vec![init, main])
    };
    vec![
        (
            "mount",
            with(creating(), |it| {
                event(
                    it,
                    "FailedMount",
                    "MountVolume.SetUp failed for volume \"cfg\" : configmap \"x\" not found",
                    10,
                );
            }),
            Cause::VolumeNotMounted,
            Say::MountFailed,
        ),
        (
            "attach",
            with(creating(), |it| {
                event(
                    it,
                    "FailedAttachVolume",
                    "Multi-Attach error for volume \"pvc-1\"",
                    10,
                );
            }),
            Cause::VolumeNotMounted,
            Say::AttachFailed,
        ),
        (
            "sandbox",
            with(creating(), |it| {
                event(
                    it,
                    "FailedCreatePodSandBox",
                    "Failed to create pod sandbox: cni: no addresses",
                    10,
                );
            }),
            Cause::SandboxFailed,
            Say::SandboxNotMade,
        ),
        (
            "no such image",
            pulling("ImagePullBackOff", "r.io/app:2: not found"),
            Cause::ImageNotPulled,
            Say::ImageMissing,
        ),
        (
            "image denied",
            pulling("ErrImagePull", "unexpected status: 403 Forbidden"),
            Cause::ImageNotPulled,
            Say::ImageDenied,
        ),
        (
            "too many pulls",
            pulling("ErrImagePull", "toomanyrequests: slow down"),
            Cause::ImageNotPulled,
            Say::ImageRateLimited,
        ),
        (
            "no such key",
            not_made("couldn't find key url in Secret prod/db"),
            Cause::ContainerNotCreated,
            Say::KeyMissing,
        ),
        (
            "no such config",
            not_made("configmap \"app\" not found"),
            Cause::ContainerNotCreated,
            Say::ConfigMissing,
        ),
        (
            "init runs",
            init(running(600), 0),
            Cause::InitStuck,
            Say::InitRunsLong,
        ),
        (
            "init failed",
            init(dead("Error", 1, 20), 2),
            Cause::Crashed,
            Say::Exits,
        ),
        (
            "young",
            with(creating(), |it| it.pod.detail.created = Some(ago(9))),
            Cause::Starting,
            Say::StartingSince,
        ),
        (
            "pulling",
            with(creating(), |it| {
                event(it, "Pulling", "Pulling image \"r.io/app:2\"", 90);
            }),
            Cause::Starting,
            Say::StartingSince,
        ),
        (
            "creating for an hour",
            creating(),
            Cause::Unknown,
            Say::NothingSays,
        ),
    ]
}
