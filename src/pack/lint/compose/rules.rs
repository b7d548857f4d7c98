//! What is wrong with a call of docker or docker compose.

use super::Docker;
use crate::pack::lint::{
    material::{Context, Step},
    shell::{Call, Through},
};

/// Everything this kind of rule finds.
pub fn look(context: &Context<'_>) {
    for (step, call) in context.calls() {
        let Some(docker) = Docker::new(call) else {
            untested_reload(context, step, call);
            continue;
        };
        let one = One {
            context,
            step,
            call,
            docker,
        };
        match (one.docker.compose, one.docker.verb) {
            (true, "up") => one.up(),
            (true, "logs") => one.logs(),
            (true, "restart") => one.restart(),
            (true, "exec") => one.exec(),
            (false, "stats") => one.stats(),
            (false, "prune") => one.prune(),
            _ => {}
        }
    }
}

struct One<'a> {
    context: &'a Context<'a>,
    step: &'a Step<'a>,
    call: &'a Call<'a>,
    docker: Docker<'a>,
}

impl One<'_> {
    fn find(&self, rule: &'static str, subject: &str) {
        let script = self.step.script;
        self.context.find(rule, script, self.call.place(), subject);
    }

    /// More instances of what runs already, in the foreground: what follows is never reached.
    fn up(&self) {
        let args = &self.docker.args;
        let more = args.has(&["--scale", "--force-recreate", "--no-recreate", "--no-deps"]);
        if more && !args.has(&["-d", "--detach", "--wait", "--no-start"]) {
            self.find("compose-up-in-foreground", "up");
        }
    }

    fn logs(&self) {
        if self.docker.args.has(&["-f", "--follow"]) {
            self.find("compose-logs-endless", "logs -f");
        }
    }

    fn restart(&self) {
        let services = self.docker.services();
        if services.is_empty() {
            self.find("compose-restart-keeps-config", "restart");
            return;
        }
        let comment = self.step.pipeline.comment.to_lowercase();
        let most = ["most", "highest", "heaviest", "最高", "最大", "最多"];
        let named = services.iter().find(|word| !word.is_open());
        if let Some(word) = named.filter(|_| most.iter().any(|it| comment.contains(it))) {
            self.find("compose-restarts-by-guess", &word.text);
        }
        let later = self.context.procedure(&self.step.script.procedure);
        let mut tests = later.filter(|it| tests_nginx(it));
        let nginx = services.iter().any(|word| word.text.contains("nginx"));
        if nginx
            && tests
                .next()
                .is_some_and(|test| test.order > self.step.order)
        {
            self.find("compose-restart-before-test", "nginx -t");
        }
    }

    /// Compose v1 gives `exec` a terminal, which a file or a pipe on standard input is none of.
    fn exec(&self) {
        let piped = self.step.feeders(self.call).next().is_some();
        let feeds = piped || self.call.command.reads().is_some();
        let words = self.call.words.iter();
        let mut flags =
            words.take_while(|word| !self.docker.objects.iter().any(|it| it.place == word.place));
        let without = flags.any(|word| word.is("-T") || word.is("--no-TTY"));
        if feeds && !without {
            self.find("compose-exec-with-terminal", "exec");
        }
    }

    fn stats(&self) {
        if !self.docker.args.has(&["--no-stream"]) {
            self.find("docker-stats-endless", "stats");
        }
        let services = self
            .context
            .calls()
            .filter_map(|(_, call)| Docker::new(call));
        let services = services
            .filter(|it| it.compose)
            .flat_map(|it| it.services().to_vec());
        let services: Vec<&str> = services.map(|word| &*word.text).collect();
        for word in &self.docker.objects {
            if services.contains(&&*word.text) {
                self.find("docker-service-as-container", &word.text);
            }
        }
    }

    /// Whether what docker keeps was listed before.
    fn listed(&self) -> bool {
        let mut before = context_before(self.context, self.step);
        before.any(|call| {
            let lists = |it: &Docker<'_>| matches!(it.verb, "ls" | "df" | "images" | "ps" | "list");
            Docker::new(call).is_some_and(|it| lists(&it))
        })
    }

    fn prune(&self) {
        let of = self.docker.of;
        if self.docker.args.has(&["-f", "--force"]) && !self.listed() {
            self.find("docker-prune-unseen", of);
        }
        let topic = self.step.script.topic.to_lowercase();
        if ["memory", "oom", "内存"]
            .iter()
            .any(|it| topic.contains(it))
        {
            self.find("docker-prune-for-memory", of);
        }
        if of == "volume" && !self.step.script.frame.guarded {
            self.find("docker-volume-prune", of);
        }
    }
}

/// What the procedure ran before this step.
fn context_before<'a>(
    context: &'a Context<'_>,
    step: &'a Step<'_>,
) -> impl Iterator<Item = &'a Call<'a>> {
    let steps = context.procedure(&step.script.procedure);
    let before = steps.filter(|it| it.order < step.order);
    before.flat_map(Step::calls)
}

/// Whether a step tests the configuration of nginx.
fn tests_nginx(step: &Step<'_>) -> bool {
    step.calls()
        .any(|call| call.program == "nginx" && call.words.iter().any(|it| it.is("-t")))
}

/// nginx is told to read its configuration, which nobody tested.
fn untested_reload(context: &Context<'_>, step: &Step<'_>, call: &Call<'_>) {
    let reloads = call.program == "nginx" && call.words.iter().any(|it| it.is("reload"));
    let contained = call
        .through
        .iter()
        .any(|it| matches!(it, Through::Service(_) | Through::Container(_)));
    if !reloads || !contained {
        return;
    }
    let mut before = context.procedure(&step.script.procedure);
    if !before.any(|it| it.order < step.order && tests_nginx(it)) {
        context.find(
            "compose-reload-untested",
            step.script,
            call.place(),
            "nginx -t",
        );
    }
}
