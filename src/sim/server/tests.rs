use std::time::Duration;

use super::*;

struct Echo;

impl Handler for Echo {
    fn answer(self: Arc<Self>, request: Request<Incoming>) -> BoxFuture<'static, Response<Body>> {
        Box::pin(async move {
            let name = request
                .extensions()
                .get::<User>()
                .map(|user| user.name.clone());
            match request.uri().path() {
                "/big" => text(StatusCode::OK, &"quarterdeck ".repeat(20_000)),
                path => text(StatusCode::OK, &format!("{path} {name:?}")),
            }
        })
    }

    fn is_open(&self, path: &str) -> bool {
        path == "/open"
    }
}

async fn start() -> (Running, Tasks, reqwest::Client) {
    let authority = Authority::new().unwrap();
    let tasks = Tasks::new();
    let listen = Listen {
        authority: authority.clone(),
        port: 0,
        users: Users::standard("t"),
        faults: Arc::default(),
        tasks: tasks.clone(),
        clock: SimClock::manual("2026-03-01T12:00:00Z".parse().unwrap()),
    };
    let running = serve(listen, Arc::new(Echo)).await.unwrap();
    let _second = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(authority.ca_pem().as_bytes()).unwrap()])
        .timeout(Duration::from_millis(500))
        .build()
        .unwrap();
    (running, tasks, client)
}

#[tokio::test]
async fn a_token_is_asked_for() {
    let (running, tasks, client) = start().await;
    let url = running.url();
    let refused = client.get(format!("{url}/x")).send().await.unwrap();
    assert_eq!(refused.status(), 401);
    assert_eq!(refused.headers()["www-authenticate"], "Bearer");
    let open = client.get(format!("{url}/open")).send().await.unwrap();
    assert_eq!(open.status(), 200);
    let known = client.get(format!("{url}/x")).bearer_auth("t-viewer");
    let answer = known.send().await.unwrap().text().await.unwrap();
    assert_eq!(answer, "/x Some(\"viewer\")");
    tasks.finish().await;
    assert!(client.get(url).send().await.is_err());
}

#[tokio::test]
async fn answers_are_dated_in_simulated_time() {
    let (running, tasks, client) = start().await;
    let url = running.url();
    let dates = async || {
        let mut dates = Vec::new();
        for path in ["/open", "/refused"] {
            let answer = client.get(format!("{url}{path}")).send().await.unwrap();
            let of_one = answer.headers().get_all("date").iter();
            dates.extend(of_one.map(|date| date.to_str().unwrap().to_owned()));
        }
        dates
    };
    assert_eq!(dates().await, ["Sun, 01 Mar 2026 12:00:00 GMT"; 2]);
    running.faults.strike(NetFault::Html);
    assert_eq!(dates().await, ["Sun, 01 Mar 2026 12:00:00 GMT"; 2]);
    tasks.finish().await;
}

#[tokio::test]
async fn big_bodies_are_compressed() {
    let (running, tasks, client) = start().await;
    let url = format!("{}/big", running.url());
    let plain = client.get(&url).bearer_auth("t-demo").send().await.unwrap();
    assert_eq!(plain.text().await.unwrap().len(), 240_000);
    let no_gzip = reqwest::Client::builder()
        .tls_danger_accept_invalid_certs(true)
        .no_gzip()
        .build()
        .unwrap();
    let packed = no_gzip
        .get(&url)
        .bearer_auth("t-demo")
        .header("accept-encoding", "gzip");
    let packed = packed.send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert!(packed.bytes().await.unwrap().len() < 10_000);
    tasks.finish().await;
}

#[tokio::test]
async fn faults_strike_and_heal() {
    let (running, tasks, client) = start().await;
    let url = running.url();
    let get = |path: &str| {
        client
            .get(format!("{url}{path}"))
            .bearer_auth("t-demo")
            .send()
    };
    running.faults.strike_at(
        "/queries",
        NetFault::Status {
            code: StatusCode::TOO_MANY_REQUESTS,
            retry_after: Some(7),
        },
    );
    let limited = get("/queries").await.unwrap();
    assert_eq!(limited.status(), 429);
    assert_eq!(limited.headers()["retry-after"], "7");
    assert_eq!(get("/other").await.unwrap().status(), 200);
    running.faults.strike(NetFault::Hang);
    assert!(get("/other").await.unwrap_err().is_timeout());
    running.faults.strike(NetFault::Drop);
    assert!(!get("/other").await.unwrap_err().is_timeout());
    running.faults.strike(NetFault::Html);
    assert!(
        get("/other")
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
            .contains("<html>")
    );
    running.faults.heal();
    running.faults.cut_connections();
    // A request may still meet a connection that is being cut; the next opens a new one.
    while get("/queries").await.is_err() {}
    assert_eq!(get("/queries").await.unwrap().status(), 200);
    tasks.finish().await;
}
