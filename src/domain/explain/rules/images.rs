//! An image that can't be pulled, in the registry's own words.

use jiff::Timestamp;

use crate::domain::{
    explain::{Cause, Clause, Evidence, Finding, Next, Say, Seen},
    pod_detail::{ContainerDetail, ContainerState},
};

use super::{finding, of_init, words};

pub(super) fn image(evidence: &Evidence, _now: Timestamp) -> Option<Finding> {
    let (container, reason, message) = evidence.containers().find_map(waiting_for_image)?;
    // The container's own message is "Back-off pulling image"; the event of the failure has the registry's words.
    let failed = evidence.event_that(|event| {
        &*event.reason == "Failed"
            && event.message.starts_with("Failed to pull image")
            && (event.message.contains(&container.image) || evidence.containers().count() == 1)
    });
    let (said, from) = match failed {
        Some(event) => (event.message.as_str(), Some(Seen::Events)),
        None => (message, None),
    };
    let say = match reason {
        "InvalidImageName" => Say::ImageNameInvalid,
        "ErrImageNeverPull" => Say::ImageNeverPulled,
        _ => kind_of(said),
    };
    let clause = Clause::new(say)
        .and("container", container.name.as_str())
        .and("image", container.image.as_str());
    let mut clauses = vec![clause];
    clauses.extend(of_init(container));
    if !said.starts_with("Back-off pulling image") {
        clauses.extend(words(registrys(said)));
    }
    let mut seen = vec![Seen::State];
    seen.extend(from);
    Some(finding(
        Cause::ImageNotPulled,
        clauses,
        &seen,
        &[Next::Events, Next::Describe],
    ))
}

fn waiting_for_image(container: &ContainerDetail) -> Option<(&ContainerDetail, &str, &str)> {
    let ContainerState::Waiting { reason, message } = &container.state else {
        return None;
    };
    matches!(
        reason.as_str(),
        "ErrImagePull"
            | "ImagePullBackOff"
            | "InvalidImageName"
            | "ErrImageNeverPull"
            | "RegistryUnavailable"
            | "ImageInspectError"
            | "SignatureValidationFailed"
    )
    .then_some((container, reason.as_str(), message.as_str()))
}

fn kind_of(said: &str) -> Say {
    let said = said.to_lowercase();
    let any = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if any(&["toomanyrequests", "too many requests", "rate limit", " 429"]) {
        Say::ImageRateLimited
    } else if any(&["not found", "manifest unknown", "name unknown", "notfound"]) {
        // A registry that hides what one may not see says both; then it is the access.
        if any(&[
            "pull access denied",
            "insufficient_scope",
            "authorization failed",
        ]) {
            Say::ImageDenied
        } else {
            Say::ImageMissing
        }
    } else if any(&[
        "denied",
        "unauthorized",
        "forbidden",
        "insufficient_scope",
        "authentication required",
        " 401",
        " 403",
        "no basic auth",
    ]) {
        Say::ImageDenied
    } else if any(&[
        "no such host",
        "timeout",
        "timed out",
        "connection refused",
        "x509",
        "tls:",
        "network is unreachable",
        "eof",
    ]) {
        Say::RegistryUnreachable
    } else {
        Say::ImageFailed
    }
}

/// The innermost words: what the runtime puts before them names the image again and again.
fn registrys(said: &str) -> &str {
    let marks = [
        "desc = ",
        "failed to resolve reference ",
        "failed to authorize: ",
    ];
    let inner = marks
        .iter()
        .fold(said, |said, mark| match said.rsplit_once(mark) {
            Some((_, inner)) => inner,
            None => said,
        });
    match inner
        .strip_prefix('"')
        .and_then(|rest| rest.split_once("\": "))
    {
        Some((_, inner)) => inner,
        None => inner,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registrys_words_tell_what_is_wrong() {
        for (said, kind) in [
            (
                "rpc error: code = NotFound desc = failed to pull and unpack image \"r.io/a:9\": failed to resolve reference \"r.io/a:9\": r.io/a:9: not found",
                Say::ImageMissing,
            ),
            (
                "manifest for a:9 not found: manifest unknown",
                Say::ImageMissing,
            ),
            (
                "pull access denied for a, repository does not exist or may require 'docker login'",
                Say::ImageDenied,
            ),
            (
                "failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized",
                Say::ImageDenied,
            ),
            (
                "toomanyrequests: You have reached your pull rate limit.",
                Say::ImageRateLimited,
            ),
            (
                "dial tcp: lookup r.io: no such host",
                Say::RegistryUnreachable,
            ),
            ("something else", Say::ImageFailed),
        ] {
            assert_eq!(kind_of(said), kind, "{said}");
        }
        assert_eq!(
            registrys(
                "Failed to pull image \"a\": rpc error: code = NotFound desc = failed to resolve reference \"r.io/a:9\": r.io/a:9: not found"
            ),
            "r.io/a:9: not found"
        );
    }
}
