//! The clauses of Alertmanager's API v2.

use http::Method;
use serde_json::{Value, json};

use super::http::{Answer, Call, PATIENCE};

/// An Alertmanager, and its peer where it has one.
pub struct Alertmanager {
    pub url: String,
    pub peer: Option<String>,
    pub client: reqwest::Client,
    pub token: Option<String>,
    pub _held: Box<dyn std::any::Any + Send + Sync>,
}

impl Alertmanager {
    fn call(&self, method: Method, path: &str) -> Call {
        let url = format!("{}{path}", self.url);
        Call::new(&self.client, method, &url).token(self.token.as_deref())
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).answer().await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        let call = self.call(Method::POST, path);
        call.body("application/json", body).answer().await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path).answer().await
    }

    /// Makes an alert with this label of the test's own.
    async fn fire(&self, what: &str) {
        let alert = json!([{
            "labels": {"alertname": "Contract", "what": what, "severity": "S2"},
            "annotations": {"summary": "of the contract"},
        }]);
        let answer = self.post("/api/v2/alerts", &alert).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    }

    /// The alerts of the test, with further words of a query.
    async fn alerts(&self, what: &str, more: &str) -> Vec<Value> {
        let path = format!("/api/v2/alerts?filter=what%3D%22{what}%22{more}");
        let said = self.get(&path).await.expect(200);
        said.as_array().unwrap().clone()
    }

    async fn silence(&self, silence: &Value) -> String {
        let said = self.post("/api/v2/silences", silence).await.expect(200);
        said["silenceID"].as_str().unwrap().to_owned()
    }

    /// Waits until the only alert of the test is in this state.
    async fn until(&self, what: &str, state: &str) -> Value {
        let reading = async {
            loop {
                let alerts = self.alerts(what, "").await;
                if let [alert] = alerts.as_slice()
                    && alert["status"]["state"] == state
                {
                    return alert.clone();
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, reading)
            .await
            .unwrap_or_else(|_| panic!("{what} never {state}"))
    }
}

fn silence_of(what: &str) -> Value {
    json!({
        "matchers": [{"name": "what", "value": what, "isRegex": false, "isEqual": true}],
        "startsAt": "2020-01-01T00:00:00Z",
        "endsAt": "2100-01-01T00:00:00Z",
        "createdBy": "contract",
        "comment": "of the contract",
    })
}

pub async fn it_says_what_it_is(alertmanager: &Alertmanager) {
    let said = alertmanager.get("/api/v2/status").await.expect(200);
    assert!(said["versionInfo"]["version"].is_string(), "{said}");
    assert!(said["config"]["original"].is_string(), "{said}");
    let peers = said["cluster"]["peers"].as_array().unwrap();
    if alertmanager.peer.is_some() {
        assert_eq!(said["cluster"]["status"], "ready");
        assert_eq!(peers.len(), 2, "{said}");
    }
    let ready = alertmanager.get("/-/ready").await;
    assert_eq!(ready.status.as_u16(), 200);
    let receivers = alertmanager.get("/api/v2/receivers").await.expect(200);
    assert!(receivers[0]["name"].is_string(), "{receivers}");
}

pub async fn an_alert_comes_as_it_was_sent(alertmanager: &Alertmanager) {
    alertmanager.fire("sent").await;
    let alert = alertmanager.until("sent", "active").await;
    assert_eq!(
        alert["labels"],
        json!({"alertname": "Contract", "what": "sent", "severity": "S2"})
    );
    assert_eq!(alert["annotations"]["summary"], "of the contract");
    assert_eq!(alert["fingerprint"], "873be7a945ff13ca");
    assert_eq!(alert["status"]["silencedBy"], json!([]));
    assert_eq!(alert["status"]["inhibitedBy"], json!([]));
    assert!(alert["receivers"][0]["name"].is_string(), "{alert}");
    for time in ["startsAt", "endsAt", "updatedAt"] {
        let time = alert[time].as_str().unwrap();
        time.parse::<jiff::Timestamp>().unwrap();
    }
    let groups = alertmanager.get("/api/v2/alerts/groups").await.expect(200);
    assert!(groups[0]["receiver"]["name"].is_string(), "{groups}");
    assert!(groups[0]["alerts"].is_array(), "{groups}");
}

pub async fn an_alert_that_ends_leaves(alertmanager: &Alertmanager) {
    alertmanager.fire("over").await;
    alertmanager.until("over", "active").await;
    let over = json!([{
        "labels": {"alertname": "Contract", "what": "over", "severity": "S2"},
        "endsAt": "2026-01-01T00:00:00Z",
        "startsAt": "2025-12-31T00:00:00Z",
    }]);
    alertmanager.post("/api/v2/alerts", &over).await;
    let gone = async {
        while !alertmanager.alerts("over", "").await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, gone)
        .await
        .expect("it leaves");
}

pub async fn a_body_that_is_no_alert_is_refused(alertmanager: &Alertmanager) {
    let none = alertmanager
        .post("/api/v2/alerts", &json!([{"labels": {}}]))
        .await;
    assert_eq!(none.expect(400), "at least one label pair required");
    let no_list = alertmanager
        .post("/api/v2/alerts", &json!({}))
        .await
        .expect(400);
    assert_eq!(no_list["code"], 400);
    let message = no_list["message"].as_str().unwrap();
    assert!(message.starts_with("parsing alerts body from"), "{message}");
}

pub async fn filters_choose(alertmanager: &Alertmanager) {
    alertmanager.fire("chosen").await;
    alertmanager.until("chosen", "active").await;
    let count = async |more: &str| alertmanager.alerts("chosen", more).await.len();
    assert_eq!(count("&filter=severity%3D~%22S.%22").await, 1);
    assert_eq!(count("&filter=severity!%3DS2").await, 0);
    assert_eq!(count("&filter=severity!~S3").await, 1);
    assert_eq!(count("&active=false").await, 0);
    assert_eq!(count("&silenced=false&inhibited=false").await, 1);
    assert_eq!(count("&receiver=no.*one").await, 0);
    let bad = alertmanager.get("/api/v2/alerts?filter=%3D%3D").await;
    assert_eq!(bad.expect(400), "bad matcher format: ==");
    let bad = alertmanager
        .get("/api/v2/alerts?receiver=%5B")
        .await
        .expect(400);
    let said = bad.as_str().unwrap();
    assert!(said.starts_with("failed to parse receiver param"), "{said}");
}

pub async fn a_silence_suppresses_until_it_ends(alertmanager: &Alertmanager) {
    alertmanager.fire("silenced").await;
    alertmanager.until("silenced", "active").await;
    let id = alertmanager.silence(&silence_of("silenced")).await;
    let alert = alertmanager.until("silenced", "suppressed").await;
    assert_eq!(alert["status"]["silencedBy"], json!([id]));
    assert_eq!(
        alertmanager
            .alerts("silenced", "&silenced=false")
            .await
            .len(),
        0
    );
    let path = format!("/api/v2/silence/{id}");
    let said = alertmanager.get(&path).await.expect(200);
    assert_eq!(said["id"], id.as_str());
    assert_eq!(said["status"]["state"], "active");
    assert_eq!(said["createdBy"], "contract");
    assert_eq!(said["comment"], "of the contract");
    assert_eq!(said["matchers"], silence_of("silenced")["matchers"]);
    // It can't have begun before it was made.
    let starts: jiff::Timestamp = said["startsAt"].as_str().unwrap().parse().unwrap();
    assert!(starts > "2020-01-02T00:00:00Z".parse().unwrap());
    let ended = alertmanager.delete(&path).await;
    assert_eq!((ended.status.as_u16(), ended.text().as_str()), (200, ""));
    alertmanager.until("silenced", "active").await;
    let said = alertmanager.get(&path).await.expect(200);
    assert_eq!(said["status"]["state"], "expired");
    // Once more is no error.
    assert_eq!(alertmanager.delete(&path).await.status.as_u16(), 200);
}

pub async fn a_silence_keeps_its_id_while_its_matchers_stay(alertmanager: &Alertmanager) {
    let (kept, another) = (
        format!("kept-{}", std::process::id()),
        format!("another-{}", std::process::id()),
    );
    let id = alertmanager.silence(&silence_of(&kept)).await;
    let said = alertmanager.get(&format!("/api/v2/silence/{id}")).await;
    let mut longer = said.expect(200);
    longer["endsAt"] = json!("2099-01-01T00:00:00Z");
    longer["comment"] = json!("longer");
    assert_eq!(alertmanager.silence(&longer).await, id);
    let said = alertmanager.get(&format!("/api/v2/silence/{id}")).await;
    let said = said.expect(200);
    assert_eq!(said["comment"], "longer");
    assert_eq!(said["endsAt"], "2099-01-01T00:00:00.000Z");
    let mut other = longer.clone();
    other["matchers"][0]["value"] = json!(another);
    let new = alertmanager.silence(&other).await;
    assert_ne!(new, id);
    let old = alertmanager.get(&format!("/api/v2/silence/{id}")).await;
    assert_eq!(old.expect(200)["status"]["state"], "expired");
    let path = format!("/api/v2/silences?filter=what%3D%22{another}%22");
    let filtered = alertmanager.get(&path);
    let ids: Vec<Value> = filtered
        .await
        .expect(200)
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["id"].clone())
        .collect();
    assert_eq!(ids, [json!(new)]);
    alertmanager.delete(&format!("/api/v2/silence/{new}")).await;
}

pub async fn a_silence_that_is_none_is_refused(alertmanager: &Alertmanager) {
    let post = async |change: &dyn Fn(&mut Value)| {
        let mut silence = silence_of("refused");
        change(&mut silence);
        alertmanager.post("/api/v2/silences", &silence).await
    };
    let plain = |answer: Answer, words: &str| {
        let said = answer.expect(400);
        let text = said.as_str().unwrap_or_default();
        assert!(text.contains(words), "{said}");
    };
    let coded = |answer: Answer, code: u32, words: &str| {
        let said = answer.expect(422);
        assert_eq!(said["code"], code, "{said}");
        assert_eq!(said["message"], words, "{said}");
    };
    let order = "start time must be before end time";
    plain(
        post(&|it| it["endsAt"] = json!("2019-01-01T00:00:00Z")).await,
        order,
    );
    plain(
        post(&|it| it["startsAt"] = json!("2101-01-01T00:00:00Z")).await,
        order,
    );
    let matcher = |name: &str, value: &str, regex: bool| json!([{"name": name, "value": value, "isRegex": regex}]);
    plain(
        post(&|it| it["matchers"] = matcher("what", "[", true)).await,
        "invalid regular expression \"[\"",
    );
    plain(
        post(&|it| it["matchers"] = matcher("what", "", false)).await,
        "at least one matcher must not match the empty string",
    );
    coded(
        post(&|it| it["matchers"] = json!([])).await,
        612,
        "matchers in body should have at least 1 items",
    );
    for field in ["comment", "createdBy", "endsAt", "startsAt", "matchers"] {
        let without = |it: &mut Value| {
            it.as_object_mut().unwrap().remove(field);
        };
        coded(
            post(&without).await,
            602,
            &format!("{field} in body is required"),
        );
    }
    let named = |it: &mut Value| it["id"] = json!("00000000-0000-4000-8000-000000000000");
    assert_eq!(post(&named).await.expect(404), "silence not found");
    // Empty words pass: who wants an author must ask for one.
    let wordless = |it: &mut Value| {
        it["comment"] = json!("");
        it["createdBy"] = json!("");
    };
    let id = post(&wordless).await.expect(200)["silenceID"].clone();
    let path = format!("/api/v2/silence/{}", id.as_str().unwrap());
    alertmanager.delete(&path).await;
}

pub async fn what_is_not_there_is_not_found(alertmanager: &Alertmanager) {
    let path = "/api/v2/silence/00000000-0000-4000-8000-000000000000";
    assert_eq!(alertmanager.get(path).await.status.as_u16(), 404);
    let no_id = alertmanager.get("/api/v2/silence/nope").await.expect(422);
    assert_eq!(
        no_id,
        json!({"code": 601, "message": "silenceID in path must be of type uuid: \"nope\""})
    );
    let nothing = alertmanager.get("/api/v2/nothing").await.expect(404);
    assert_eq!(
        nothing,
        json!({"code": 404, "message": "path /api/v2/nothing was not found"})
    );
    let outside = alertmanager.get("/nothing").await;
    assert_eq!(outside.status.as_u16(), 404);
    assert_eq!(outside.text().trim(), "404 page not found");
}

pub async fn peers_share_silences_and_not_alerts(alertmanager: &Alertmanager) {
    let Some(peer) = &alertmanager.peer else {
        let said = alertmanager.get("/api/v2/status").await.expect(200);
        assert_eq!(said["cluster"]["status"], "disabled");
        return;
    };
    let peer = Alertmanager {
        url: peer.clone(),
        peer: Some(alertmanager.url.clone()),
        client: alertmanager.client.clone(),
        token: alertmanager.token.clone(),
        _held: Box::new(()),
    };
    alertmanager.fire("shared").await;
    alertmanager.until("shared", "active").await;
    let id = alertmanager.silence(&silence_of("shared")).await;
    let path = format!("/api/v2/silence/{id}");
    let shared = async {
        while peer.get(&path).await.status.as_u16() != 200 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, shared)
        .await
        .expect("the silence travels");
    assert_eq!(peer.alerts("shared", "").await.len(), 0);
    // It may be ended at either.
    peer.delete(&path).await;
    alertmanager.until("shared", "active").await;
}
