//! Refusals: who may not, and what is not there.

use http::Method;
use serde_json::json;

use super::Kube;

pub async fn an_unknown_token_is_unauthorized(kube: &Kube) {
    let call = kube.bare(Method::GET, "/api/v1/pods");
    let (reason, message) = call.token(Some("nobody-knows")).answer().await.refused(401);
    assert_eq!(reason, "Unauthorized");
    assert_eq!(message, "Unauthorized");
}

pub async fn no_token_is_anonymous(kube: &Kube) {
    let call = kube.bare(Method::GET, "/api/v1/pods");
    let (reason, message) = call.answer().await.refused(403);
    assert_eq!(reason, "Forbidden");
    assert_eq!(
        message,
        "pods is forbidden: User \"system:anonymous\" cannot list resource \"pods\" in API group \
         \"\" at the cluster scope"
    );
}

pub async fn a_viewer_may_not_write(kube: &Kube) {
    let space = kube.namespace("viewer").await;
    let path = space.apps("deployments");
    let read = kube.bare(Method::GET, &path).token(Some(&kube.viewer));
    read.answer().await.expect(200);
    let write = kube
        .bare(Method::DELETE, &format!("{path}/web"))
        .token(Some(&kube.viewer))
        .body("application/json", &json!({}));
    let answer = write.answer().await;
    let (reason, message) = answer.refused(403);
    assert_eq!(reason, "Forbidden");
    let wanted = format!(
        "deployments.apps \"web\" is forbidden: User \"{}\" cannot delete resource \"deployments\" \
         in API group \"apps\" in the namespace \"{}\"",
        kube.viewer_name, space.name
    );
    assert_eq!(message, wanted);
    let details = &answer.json()["details"];
    assert_eq!(
        *details,
        json!({"name": "web", "group": "apps", "kind": "deployments"})
    );
    space.end().await;
}

pub async fn a_nobody_may_not_read(kube: &Kube) {
    for path in [
        "/api/v1/pods",
        "/api/v1/pods?watch=1",
        "/api/v1/nodes",
        "/apis/apps/v1/deployments",
    ] {
        let call = kube.bare(Method::GET, path).token(Some(&kube.nobody));
        let (reason, _) = call.answer().await.refused(403);
        assert_eq!(reason, "Forbidden", "{path}");
    }
}

pub async fn what_is_not_there_is_not_found(kube: &Kube) {
    let space = kube.namespace("absent").await;
    let answer = kube.get(&format!("{}/none", space.core("pods"))).await;
    let (reason, message) = answer.refused(404);
    assert_eq!(reason, "NotFound");
    assert_eq!(message, "pods \"none\" not found");
    assert_eq!(
        answer.json()["details"],
        json!({"name": "none", "kind": "pods"})
    );
    let answer = kube.get(&format!("{}/none", space.apps("deployments")));
    let answer = answer.await;
    let (_, message) = answer.refused(404);
    assert_eq!(message, "deployments.apps \"none\" not found");
    assert_eq!(
        answer.json()["details"],
        json!({"name": "none", "group": "apps", "kind": "deployments"})
    );
    // A namespace that is not there lists as an empty one, and takes nothing.
    let nowhere = kube.get("/api/v1/namespaces/none/pods").await.expect(200);
    assert_eq!(nowhere["items"], json!([]));
    let into = kube.post(
        "/api/v1/namespaces/none/configmaps",
        &json!({"metadata": {"name": "one"}}),
    );
    let (reason, message) = into.await.refused(404);
    assert_eq!(reason, "NotFound");
    assert_eq!(message, "namespaces \"none\" not found");
    space.end().await;
}

pub async fn a_path_that_is_none_is_not_found(kube: &Kube) {
    let answer = kube.get("/apis/nowhere.example/v1/things").await;
    assert_eq!(answer.status.as_u16(), 404);
    assert_eq!(answer.text().trim(), "404 page not found");
    let (reason, message) = kube.get("/api/v9/pods").await.refused(404);
    assert_eq!(reason, "NotFound");
    assert_eq!(message, "the server could not find the requested resource");
}

pub async fn a_method_that_is_none_is_not_allowed(kube: &Kube) {
    let call = kube.call(Method::PUT, "/api/v1/pods");
    let answer = call.body("application/json", &json!({})).answer().await;
    let (reason, message) = answer.refused(405);
    assert_eq!(reason, "MethodNotAllowed");
    assert_eq!(
        message,
        "the server does not allow this method on the requested resource"
    );
}
