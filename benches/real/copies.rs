//! Copies of stored objects, written where the API server keeps them: what would take minutes through its door takes
//! seconds, and what is read then is what it wrote itself.

use std::error::Error;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

type Fallible<T> = Result<T, Box<dyn Error>>;

/// An object as it is stored, with what is written in it and is another in each copy.
pub struct Sample {
    pub stored: Vec<u8>,
    pub written: [String; 6],
}

impl Sample {
    /// The object with `instead` in the places of what is written. Lengths stand in front of texts, so they have to stay.
    pub fn copy(&self, instead: &[String; 6]) -> Fallible<Vec<u8>> {
        let mut bytes = self.stored.clone();
        for (from, to) in self.written.iter().zip(instead) {
            if from.len() != to.len() {
                return Err(format!("{to} is not as long as {from}").into());
            }
            let mut found = 0;
            for at in 0..=bytes.len() - from.len() {
                if bytes[at..].starts_with(from.as_bytes()) {
                    bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
                    found += 1;
                }
            }
            if found == 0 {
                return Err(format!("{from} is not in the stored object").into());
            }
        }
        Ok(bytes)
    }
}

/// The etcd behind an API server, through its JSON gateway.
pub struct Store {
    client: reqwest::Client,
    url: String,
}

fn key(namespace: &str, name: &str) -> String {
    STANDARD.encode(format!("/registry/pods/{namespace}/{name}"))
}

impl Store {
    pub fn new(url: &str) -> Self {
        Self {
            client: reqwest::Client::new(),
            url: url.to_owned(),
        }
    }

    async fn ask(&self, what: &str, question: &Value) -> Fallible<Value> {
        let url = format!("{}/v3/kv/{what}", self.url);
        let answer = self.client.post(url).json(question).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    /// A pod as it is stored.
    pub async fn get(&self, namespace: &str, name: &str) -> Fallible<Vec<u8>> {
        let answer = self
            .ask("range", &json!({ "key": key(namespace, name) }))
            .await?;
        let value = answer["kvs"][0]["value"].as_str();
        Ok(STANDARD.decode(value.ok_or("the pod is not stored")?)?)
    }

    /// Stores pods by their names.
    pub async fn put(&self, namespace: &str, pods: &[(String, Vec<u8>)]) -> Fallible<()> {
        let puts = pods.iter().map(|(name, pod)| {
            json!({ "requestPut": { "key": key(namespace, name), "value": STANDARD.encode(pod) } })
        });
        let puts: Vec<Value> = puts.collect();
        self.ask("txn", &json!({ "success": puts })).await?;
        Ok(())
    }
}
