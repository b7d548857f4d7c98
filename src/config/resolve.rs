//! The settings that the merged layers come to.

use std::collections::BTreeSet;

use super::ambient::Ambient;
use super::kind::Value;
use super::merged::Merged;
use crate::domain::ledger_url::LedgerUrl;
use crate::domain::place::ServicePlace;
use crate::domain::settings::{
    Access, Alertmanagers, AttentionSettings, BaseUrl, Cadence, ClientCert, ColourDepth,
    Credentials, DemoMark, Discover, Endpoint, Glyphs, KubernetesSettings, Lang, LedgerSettings,
    LockSettings, LogLevel, LogSettings, NamespaceChoice, NotifyBy, RecordSettings, Services,
    Settings, Summons,
};

impl Merged {
    /// The settings that all of it comes to.
    pub fn settings(&self, ambient: Ambient) -> Settings {
        let namespaces = match (self.flag("all_namespaces"), self.list("namespaces")) {
            (true, _) => NamespaceChoice::All,
            (false, []) => NamespaceChoice::FromDesk,
            (false, names) => NamespaceChoice::Only(names.to_vec()),
        };
        let urls: Vec<_> = self
            .list("alertmanager.urls")
            .iter()
            .filter_map(|url| BaseUrl::parse(url).ok())
            .collect();
        Settings {
            pack: self.text("pack").map(str::to_owned),
            context: self.text("context").map(str::to_owned),
            kubeconfig: self.path("kubeconfig"),
            namespaces,
            read_only: self.flag("read_only"),
            theme: self.text("theme").unwrap_or_default().to_owned(),
            glyphs: if self.text("glyphs") == Some("ascii") {
                Glyphs::Ascii
            } else {
                Glyphs::Unicode
            },
            lang: match self.text("locale") {
                Some("en") => Lang::En,
                Some("zh-CN") => Lang::Zh,
                _ => ambient.lang,
            },
            mouse: self.flag("mouse"),
            colours: match self.text("colours") {
                Some("truecolor") => ColourDepth::TrueColour,
                Some("256") => ColourDepth::Indexed256,
                Some("16") => ColourDepth::Ansi16,
                Some("none") => ColourDepth::None,
                _ => ambient.colours,
            },
            prometheus: self.url("prometheus.url").map(|url| Endpoint {
                url,
                access: self.access("prometheus"),
            }),
            alertmanager: (!urls.is_empty()).then(|| Alertmanagers {
                urls,
                access: self.access("alertmanager"),
            }),
            services: self.services(),
            kubernetes: KubernetesSettings {
                connect_timeout: self.span("kubernetes.connect_timeout"),
                request_timeout: self.span("kubernetes.request_timeout"),
                plugin_timeout: self.span("kubernetes.plugin_timeout"),
                page_size: match self.value("kubernetes.page_size") {
                    Some(Value::Whole(size)) => u32::try_from(*size).unwrap_or(u32::MAX),
                    _ => 500,
                },
            },
            poll: Cadence {
                instant: self.span("poll.instant"),
                range: self.span("poll.range"),
                alerts: self.span("poll.alerts"),
                windows: self.span("poll.windows"),
            },
            attention: self.attention(),
            keys: self.keys(),
            demo: self.url("demo.serve").map(|serve| DemoMark { serve }),
            log: LogSettings {
                level: match self.text("log.level") {
                    Some("off") => LogLevel::Off,
                    Some("error") => LogLevel::Error,
                    Some("warn") => LogLevel::Warn,
                    Some("debug") => LogLevel::Debug,
                    Some("trace") => LogLevel::Trace,
                    _ => LogLevel::Info,
                },
                file: self.path("log.file"),
            },
            ledger: self.ledger(),
            records: self.records(),
            locks: LockSettings {
                namespace: self.text("locks.namespace").unwrap_or("default").to_owned(),
            },
        }
    }

    fn records(&self) -> RecordSettings {
        RecordSettings {
            on: self.flag("records.on"),
            keep_days: match self.value("records.keep_days") {
                Some(Value::Whole(days)) => u32::try_from(*days).unwrap_or(u32::MAX),
                _ => RecordSettings::default().keep_days,
            },
        }
    }

    fn ledger(&self) -> LedgerSettings {
        LedgerSettings {
            url: self
                .text("ledger.url")
                .and_then(|url| LedgerUrl::parse(url).ok()),
            passfile: self.path("ledger.passfile"),
            ca_file: self.path("ledger.ca_file"),
            keep_days: match self.value("ledger.keep_days") {
                Some(Value::Whole(days)) => u32::try_from(*days).unwrap_or(u32::MAX),
                _ => 400,
            },
        }
    }

    fn services(&self) -> Services {
        let service = |text: &String| ServicePlace::parse(text).ok();
        let prometheus = self.text("prometheus.service").map(str::to_owned);
        Services {
            prometheus: prometheus.as_ref().and_then(service),
            prometheus_access: self.access("prometheus"),
            alertmanager: self
                .list("alertmanager.services")
                .iter()
                .filter_map(service)
                .collect(),
            alertmanager_access: self.access("alertmanager"),
            discover: match self.text("discover") {
                Some("on") => Discover::On,
                Some("off") => Discover::Off,
                _ => Discover::Auto,
            },
        }
    }

    fn attention(&self) -> AttentionSettings {
        AttentionSettings {
            bell: self.summons("attention.bell"),
            notify: self.summons("attention.notify"),
            notify_by: match self.text("attention.notify_by") {
                Some("osc9") => NotifyBy::Osc9,
                Some("osc777") => NotifyBy::Osc777,
                _ => NotifyBy::Both,
            },
            title: self.flag("attention.title"),
        }
    }

    fn summons(&self, key: &str) -> BTreeSet<Summons> {
        let names = self.list(key).iter();
        names.filter_map(|name| Summons::of_name(name)).collect()
    }

    fn access(&self, table: &str) -> Access {
        let file = |name: &str| self.path(&format!("{table}.{name}"));
        let username = self.text(&format!("{table}.username"));
        let credentials = match (file("token_file"), username, file("password_file")) {
            (Some(token), ..) => Credentials::BearerFile(token),
            (None, Some(username), Some(password_file)) => Credentials::Basic {
                username: username.to_owned(),
                password_file,
            },
            _ => Credentials::None,
        };
        let headers = self
            .under(&[table, "headers"])
            .map(|(path, text)| (path.last().to_owned(), text.to_owned()))
            .collect();
        Access {
            ca_file: file("ca_file"),
            credentials,
            client_cert: file("client_cert_file").zip(file("client_key_file")).map(
                |(cert_file, key_file)| ClientCert {
                    cert_file,
                    key_file,
                },
            ),
            headers,
            timeout: self.span(&format!("{table}.timeout")),
        }
    }
}
