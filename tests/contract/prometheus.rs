//! The clauses of Prometheus' HTTP API.

use http::Method;
use serde_json::{Value, json};

use super::http::{Answer, Call};

/// A Prometheus, with expressions whose answers are known. All but `broken` carry their mark.
pub struct Prometheus {
    pub url: String,
    pub client: reqwest::Client,
    pub token: Option<String>,
    /// Has one value at any time.
    pub known: String,
    /// What `known` is marked with.
    pub mark: String,
    /// Has no value.
    pub nothing: String,
    /// Can be parsed and can't be evaluated.
    pub failing: String,
    /// Takes longer than a question that asks for little time may.
    pub slow: String,
    /// Is answered with a warning; `None` where the server knows none.
    pub warned: Option<String>,
    pub _held: Box<dyn std::any::Any + Send + Sync>,
}

impl Prometheus {
    fn call(&self, method: Method, path: &str) -> Call {
        let url = format!("{}{path}", self.url);
        Call::new(&self.client, method, &url).token(self.token.as_deref())
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).answer().await
    }

    /// A question as a form.
    async fn ask(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let mut call = self.call(Method::POST, path);
        call.request = call.request.form(form);
        call.answer().await
    }

    async fn query(&self, expr: &str) -> Answer {
        self.ask("/api/v1/query", &[("query", expr)]).await
    }
}

/// What an error must say: its type, and its words somewhere.
#[track_caller]
fn refused(answer: &Answer, status: u16, kind: &str, words: &str) {
    let said = answer.expect(status);
    assert_eq!(said["status"], "error", "{said}");
    assert_eq!(said["errorType"], kind, "{said}");
    let error = said["error"].as_str().unwrap_or_default();
    assert!(error.contains(words), "{said}");
}

pub async fn a_value_is_text_under_its_labels(prometheus: &Prometheus) {
    let said = prometheus.query(&prometheus.known).await.expect(200);
    assert_eq!(said["status"], "success");
    assert_eq!(said["data"]["resultType"], "vector");
    let result = said["data"]["result"].as_array().unwrap();
    assert_eq!(result.len(), 1, "{said}");
    assert_eq!(result[0]["metric"]["quarterdeck"], prometheus.mark.as_str());
    let value = result[0]["value"].as_array().unwrap();
    assert!(value[0].is_number(), "{said}");
    value[1].as_str().unwrap().parse::<f64>().unwrap();
    assert!(said.get("warnings").is_none(), "{said}");
    // By GET too, and joined with what has no value.
    let joined = format!("({}) or ({})", prometheus.nothing, prometheus.known);
    let url = reqwest::Url::parse_with_params("http://x/api/v1/query", [("query", &joined)]);
    let url = url.unwrap();
    let path = format!("{}?{}", url.path(), url.query().unwrap());
    let same = prometheus.get(&path).await.expect(200);
    let metric = |said: &Value| said["data"]["result"][0]["metric"].clone();
    assert_eq!(metric(&same), metric(&said));
}

pub async fn no_value_is_an_empty_vector(prometheus: &Prometheus) {
    let said = prometheus.query(&prometheus.nothing).await.expect(200);
    assert_eq!(said["status"], "success");
    assert_eq!(said["data"], json!({"resultType": "vector", "result": []}));
}

pub async fn a_range_lies_on_its_grid(prometheus: &Prometheus) {
    let now = prometheus.query(&prometheus.known).await.expect(200);
    let now = now["data"]["result"][0]["value"][0].as_f64().unwrap();
    let start = ((now / 60.0).floor() * 60.0 - 120.0) as i64;
    let (from, to) = (start.to_string(), (start + 90).to_string());
    let form = [
        ("query", prometheus.known.as_str()),
        ("start", &from),
        ("end", &to),
        ("step", "30"),
    ];
    let said = prometheus.ask("/api/v1/query_range", &form).await;
    let said = said.expect(200);
    assert_eq!(said["data"]["resultType"], "matrix");
    let values = said["data"]["result"][0]["values"].as_array().unwrap();
    let times: Vec<i64> = values
        .iter()
        .map(|value| value[0].as_f64().unwrap() as i64)
        .collect();
    assert_eq!(times, [start, start + 30, start + 60, start + 90]);
    assert!(values.iter().all(|value| value[1].is_string()), "{said}");
}

pub async fn what_makes_no_sense_is_bad_data(prometheus: &Prometheus) {
    let known = prometheus.known.as_str();
    for (form, words) in [
        (vec![("query", "")], "no expression found in input"),
        (vec![("query", "sum(")], "unclosed left parenthesis"),
        (
            vec![("query", known), ("time", "yesterday")],
            "cannot parse \"yesterday\" to a valid timestamp",
        ),
    ] {
        let answer = prometheus.ask("/api/v1/query", &form).await;
        refused(&answer, 400, "bad_data", words);
    }
    for (start, end, step, words) in [
        (
            "100",
            "50",
            "10",
            "end timestamp must not be before start time",
        ),
        (
            "100",
            "500",
            "0",
            "zero or negative query resolution step widths are not accepted",
        ),
        (
            "100",
            "500",
            "soon",
            "cannot parse \"soon\" to a valid duration",
        ),
        (
            "0",
            "11001",
            "1",
            "exceeded maximum resolution of 11,000 points per timeseries",
        ),
    ] {
        let form = [
            ("query", known),
            ("start", start),
            ("end", end),
            ("step", step),
        ];
        let answer = prometheus.ask("/api/v1/query_range", &form).await;
        refused(&answer, 400, "bad_data", words);
    }
}

pub async fn what_fails_is_an_execution_error(prometheus: &Prometheus) {
    let answer = prometheus.query(&prometheus.failing).await;
    refused(
        &answer,
        422,
        "execution",
        "many-to-one matching must be explicit",
    );
    // One bad arm fails all of them.
    let joined = format!("({}) or ({})", prometheus.known, prometheus.failing);
    let answer = prometheus.query(&joined).await;
    refused(
        &answer,
        422,
        "execution",
        "many-to-one matching must be explicit",
    );
}

pub async fn what_takes_too_long_times_out(prometheus: &Prometheus) {
    let form = [("query", prometheus.slow.as_str()), ("timeout", "20ms")];
    let answer = prometheus.ask("/api/v1/query", &form).await;
    refused(&answer, 503, "timeout", "query timed out in");
}

pub async fn what_is_partial_says_so(prometheus: &Prometheus) {
    let Some(warned) = &prometheus.warned else {
        // An old server has nothing to warn of, and no field for it.
        let said = prometheus.query(&prometheus.known).await.expect(200);
        assert!(said.get("warnings").is_none(), "{said}");
        return;
    };
    let said = prometheus.query(warned).await.expect(200);
    assert_eq!(said["status"], "success");
    let warnings = said["warnings"].as_array().unwrap();
    assert!(warnings.iter().all(Value::is_string), "{said}");
    assert_eq!(said["data"]["result"].as_array().unwrap().len(), 1);
}

pub async fn a_path_that_is_none_is_plain_text(prometheus: &Prometheus) {
    for path in ["/wrong/api/v1/query", "/api/v1/nothing"] {
        let answer = prometheus.get(path).await;
        assert_eq!(answer.status.as_u16(), 404, "{path}");
        assert_eq!(answer.text().trim(), "404 page not found", "{path}");
    }
}

pub async fn it_says_what_it_is(prometheus: &Prometheus) {
    let said = prometheus.get("/api/v1/status/buildinfo").await.expect(200);
    assert_eq!(said["status"], "success");
    assert!(said["data"]["version"].is_string(), "{said}");
    let answer = prometheus.get("/-/ready").await;
    assert_eq!(answer.status.as_u16(), 200);
}

pub async fn rules_have_their_state_and_their_alerts(prometheus: &Prometheus) {
    let said = prometheus.get("/api/v1/rules?type=alert").await.expect(200);
    let groups = said["data"]["groups"].as_array().unwrap();
    let rules: Vec<&Value> = groups
        .iter()
        .flat_map(|group| group["rules"].as_array().unwrap())
        .collect();
    assert!(!rules.is_empty(), "{said}");
    for rule in rules {
        assert_eq!(rule["type"], "alerting", "{rule}");
        assert!(
            rule["name"].is_string() && rule["query"].is_string(),
            "{rule}"
        );
        assert!(rule["duration"].is_number(), "{rule}");
        assert!(
            rule["labels"].is_object() || rule["labels"].is_null(),
            "{rule}"
        );
        assert!(rule["alerts"].is_array(), "{rule}");
        let state = rule["state"].as_str().unwrap();
        assert!(["inactive", "pending", "firing"].contains(&state), "{rule}");
        assert!(["ok", "unknown", "err"].contains(&rule["health"].as_str().unwrap()));
        for alert in rule["alerts"].as_array().unwrap() {
            assert!(alert["labels"]["alertname"].is_string(), "{alert}");
            assert!(alert["value"].is_string() && alert["activeAt"].is_string());
        }
    }
    let said = prometheus.get("/api/v1/alerts").await.expect(200);
    assert!(said["data"]["alerts"].is_array(), "{said}");
}
