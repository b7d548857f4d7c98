//! In which shape objects leave: whole, as a table row, or as their metadata.

use bytes::Bytes;
use serde_json::{Value, json};

use super::kinds::Res;
use super::protobuf;
use super::request::Query;
use super::status::{ApiError, ApiResult};
use super::store::Entry;
use super::table;
use jiff::Timestamp;

/// How much of the object a table row carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Include {
    None,
    Metadata,
    Object,
}

/// The shape that the Accept header asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    Whole,
    Table(Include),
    /// `PartialObjectMetadata`.
    Metadata,
    /// Whole, as protobuf: lists and watches of some kinds.
    Protobuf,
}

impl Output {
    /// Takes the first media type that this server speaks: JSON, and protobuf where `protobuf` says so.
    pub fn negotiate(accept: &str, query: &Query, protobuf: bool) -> ApiResult<Self> {
        if accept.is_empty() {
            return Ok(Self::Whole);
        }
        for range in accept.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let media = parts.next().unwrap_or_default();
            let shaped = range.contains("as=");
            if protobuf && media == protobuf::MEDIA && !shaped {
                return Ok(Self::Protobuf);
            }
            if !matches!(media, "application/json" | "*/*" | "application/*") {
                continue;
            }
            let mut shape = None;
            let mut group = "";
            for part in parts {
                match part.split_once('=') {
                    Some(("as", value)) => shape = Some(value),
                    Some(("g", value)) => group = value,
                    _ => {}
                }
            }
            match shape {
                None => return Ok(Self::Whole),
                Some("Table") if group == "meta.k8s.io" => {
                    return Ok(Self::Table(match query.get("includeObject") {
                        Some("None") => Include::None,
                        Some("Object") => Include::Object,
                        _ => Include::Metadata,
                    }));
                }
                Some("PartialObjectMetadata" | "PartialObjectMetadataList")
                    if group == "meta.k8s.io" =>
                {
                    return Ok(Self::Metadata);
                }
                Some(_) => {}
            }
        }
        if accept.contains("application/vnd.kubernetes.protobuf") || !accept.contains("text/") {
            return Err(ApiError::not_acceptable());
        }
        Ok(Self::Whole)
    }

    /// One object.
    pub fn one(self, entry: &Entry, now: Timestamp) -> Bytes {
        match self {
            Self::Whole | Self::Protobuf => entry.bytes(),
            Self::Metadata => partial(entry).to_string().into(),
            Self::Table(include) => {
                let rows = vec![table::row(entry, include, now)];
                table::table(
                    entry.res,
                    &rows,
                    true,
                    &json!({ "resourceVersion": entry.version.to_string() }),
                )
            }
        }
    }

    /// The object of one watch event; a table says its columns in the `first` event only.
    pub fn event(self, entry: &Entry, first: bool, now: Timestamp) -> Bytes {
        match self {
            Self::Table(include) => {
                let rows = vec![table::row(entry, include, now)];
                table::table(
                    entry.res,
                    &rows,
                    first,
                    &json!({ "resourceVersion": entry.version.to_string() }),
                )
            }
            _ => self.one(entry, now),
        }
    }

    /// A whole list, in pieces.
    pub fn list(
        self,
        res: Res,
        entries: &[impl AsRef<Entry>],
        metadata: &Value,
        now: Timestamp,
    ) -> Vec<Bytes> {
        let entries = entries.iter().map(AsRef::as_ref);
        match self {
            Self::Whole | Self::Protobuf => whole_list(res, entries, metadata),
            Self::Metadata => {
                let items: Vec<Value> = entries.map(partial).collect();
                let list = json!({
                    "kind": "PartialObjectMetadataList",
                    "apiVersion": "meta.k8s.io/v1",
                    "metadata": metadata,
                    "items": items,
                });
                vec![list.to_string().into()]
            }
            Self::Table(include) => {
                let rows: Vec<Value> = entries.map(|e| table::row(e, include, now)).collect();
                vec![table::table(res, &rows, true, metadata)]
            }
        }
    }

    /// The object of a bookmark.
    pub fn bookmark(self, res: Res, version: u64, end_of_list: bool) -> Value {
        let mut metadata =
            json!({ "resourceVersion": version.to_string(), "creationTimestamp": null });
        if end_of_list {
            metadata["annotations"] = json!({ "k8s.io/initial-events-end": "true" });
        }
        let info = res.info();
        match self {
            Self::Whole | Self::Protobuf if res == Res::Pods => json!({
                "kind": info.kind, "apiVersion": info.api_version(), "metadata": metadata,
                "spec": { "containers": null }, "status": {},
            }),
            Self::Whole | Self::Protobuf => {
                json!({ "kind": info.kind, "apiVersion": info.api_version(), "metadata": metadata })
            }
            Self::Metadata => json!({
                "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
            }),
            Self::Table(_) => {
                let row = json!({ "cells": [], "object": {
                    "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
                } });
                json!({
                    "kind": "Table", "apiVersion": "meta.k8s.io/v1",
                    "metadata": { "resourceVersion": version.to_string() },
                    "columnDefinitions": null, "rows": [row],
                })
            }
        }
    }
}

fn whole_list<'a>(
    res: Res,
    entries: impl Iterator<Item = &'a Entry>,
    metadata: &Value,
) -> Vec<Bytes> {
    let info = res.info();
    let open = format!(
        "{{\"kind\":\"{}List\",\"apiVersion\":\"{}\",\"metadata\":{metadata},\"items\":[",
        info.kind,
        info.api_version()
    );
    let mut pieces = vec![Bytes::from(open)];
    for (index, entry) in entries.enumerate() {
        pieces.push(Bytes::from_static(if index == 0 { b"{" } else { b",{" }));
        pieces.push(entry.list_item());
    }
    pieces.push(Bytes::from_static(b"]}\n"));
    pieces
}

/// The object's metadata alone.
pub fn partial(entry: &Entry) -> Value {
    json!({
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": entry.value()["metadata"],
    })
}
