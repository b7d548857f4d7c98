//! The objects of the cluster as serialized bytes, with a small index and a bounded log of changes.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::watch;

use super::kinds::{KINDS, Res};
use super::selectors::Selector;

/// Namespace (empty for cluster-scoped objects) and name.
pub type Key = (String, String);

/// One stored version of one object; never changed, only replaced.
#[derive(Debug)]
pub struct Entry {
    pub res: Res,
    pub namespace: Box<str>,
    pub name: Box<str>,
    pub uid: Box<str>,
    pub version: u64,
    pub filler: bool,
    labels: Box<[(Box<str>, Box<str>)]>,
    fields: Box<[(&'static str, Box<str>)]>,
    bytes: Bytes,
    /// Kept for objects that controllers read again and again; absent for filler pods.
    value: Option<Arc<Value>>,
}

impl Entry {
    /// Indexes and serializes an object, whose metadata is complete.
    pub fn new(res: Res, value: Value, version: u64) -> Self {
        let bytes = serialize(res, &value);
        let mut entry = Self::index(res, &value, version, bytes);
        entry.value = Some(Arc::new(value));
        entry
    }

    /// An entry from bytes that were rendered elsewhere, starting with [`head`].
    pub fn rendered(index: &EntryIndex<'_>, version: u64, bytes: Bytes) -> Self {
        let label = |(key, value): &(&str, &str)| ((*key).into(), (*value).into());
        Self {
            res: index.res,
            namespace: index.namespace.into(),
            name: index.name.into(),
            uid: index.uid.into(),
            version,
            filler: true,
            labels: index.labels.iter().map(label).collect(),
            fields: index
                .fields
                .iter()
                .map(|(f, v)| (*f, (*v).into()))
                .collect(),
            bytes,
            value: None,
        }
    }

    fn index(res: Res, value: &Value, version: u64, bytes: Bytes) -> Self {
        let metadata = &value["metadata"];
        let text = |key: &str| metadata[key].as_str().unwrap_or_default().into();
        let labels = metadata["labels"].as_object();
        let labels = labels.into_iter().flatten().map(|(key, value)| {
            let value = value.as_str().unwrap_or_default();
            (key.as_str().into(), value.into())
        });
        let fields = res.selectable_fields().iter().filter_map(|field| {
            let found = field_text(value, field)?;
            Some((*field, found.into()))
        });
        Self {
            res,
            namespace: text("namespace"),
            name: text("name"),
            uid: text("uid"),
            version,
            filler: false,
            labels: labels.collect(),
            fields: fields.collect(),
            bytes,
            value: None,
        }
    }

    pub fn key(&self) -> Key {
        (self.namespace.to_string(), self.name.to_string())
    }

    pub fn label(&self, key: &str) -> Option<&str> {
        let found = self.labels.iter().find(|(known, _)| known.as_ref() == key);
        found.map(|(_, value)| value.as_ref())
    }

    /// The value of a selectable field; empty where the object has none.
    pub fn field(&self, field: &str) -> &str {
        match field {
            "metadata.name" => &self.name,
            "metadata.namespace" => &self.namespace,
            _ => {
                let found = self.fields.iter().find(|(known, _)| *known == field);
                found.map_or("", |(_, value)| value.as_ref())
            }
        }
    }

    /// The object as JSON, with apiVersion and kind.
    pub fn bytes(&self) -> Bytes {
        self.bytes.clone()
    }

    /// The object as it stands in a list, which says apiVersion and kind once for all: without its opening brace.
    pub fn list_item(&self) -> Bytes {
        self.bytes.slice(head(self.res).len()..)
    }

    pub fn value(&self) -> Arc<Value> {
        self.value.clone().unwrap_or_else(|| {
            let parsed = serde_json::from_slice(&self.bytes);
            Arc::new(parsed.unwrap_or_default())
        })
    }

    /// The same object under a newer version: what a watch says when it leaves.
    pub fn last_words(&self, version: u64) -> Self {
        let mut value = Value::clone(&self.value());
        value["metadata"]["resourceVersion"] = version.to_string().into();
        Self {
            filler: self.filler,
            ..Self::new(self.res, value, version)
        }
    }
}

/// The index of an object that is rendered without being parsed.
#[derive(Debug)]
pub struct EntryIndex<'a> {
    pub res: Res,
    pub namespace: &'a str,
    pub name: &'a str,
    pub uid: &'a str,
    pub labels: &'a [(&'a str, &'a str)],
    pub fields: &'a [(&'static str, &'a str)],
}

/// How the bytes of every object of a resource begin; a list leaves it out.
pub fn head(res: Res) -> String {
    let info = res.info();
    format!(
        "{{\"kind\":\"{}\",\"apiVersion\":\"{}\",",
        info.kind,
        info.api_version()
    )
}

fn serialize(res: Res, value: &Value) -> Bytes {
    let mut out = head(res).into_bytes();
    let fields = value.as_object().into_iter().flatten();
    for (key, value) in fields.filter(|(key, _)| *key != "kind" && *key != "apiVersion") {
        if out.last() != Some(&b',') {
            out.push(b',');
        }
        out.extend_from_slice(Value::from(key.as_str()).to_string().as_bytes());
        out.push(b':');
        out.extend_from_slice(value.to_string().as_bytes());
    }
    out.push(b'}');
    out.into()
}

fn field_text(value: &Value, field: &str) -> Option<String> {
    let field = if field == "source" {
        "source.component"
    } else {
        field
    };
    let found = field.split('.').try_fold(value, |at, part| at.get(part))?;
    match found {
        Value::String(text) => Some(text.clone()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        other => Some(other.to_string()),
    }
}

/// What happened to an object.
#[derive(Debug, Clone)]
pub enum Change {
    Added(Arc<Entry>),
    Modified { old: Arc<Entry>, new: Arc<Entry> },
    Deleted(Arc<Entry>),
}

impl Change {
    pub fn version(&self) -> u64 {
        match self {
            Self::Added(entry) | Self::Deleted(entry) => entry.version,
            Self::Modified { new, .. } => new.version,
        }
    }
}

#[derive(Debug)]
struct Collection {
    objects: BTreeMap<Key, Arc<Entry>>,
    log: VecDeque<Change>,
    /// The newest version that the log has forgotten.
    floor: u64,
    moved: watch::Sender<u64>,
}

/// All objects of the cluster.
#[derive(Debug)]
pub struct Store {
    collections: Vec<Collection>,
    version: u64,
    log_length: usize,
    /// Objects that changed since the controllers looked last; filler pods are not among them.
    touched: Vec<(Res, Key)>,
}

/// The first version of a new cluster.
const FIRST_VERSION: u64 = 1000;

impl Store {
    pub fn new(log_length: usize) -> Self {
        let collection = |_| Collection {
            objects: BTreeMap::new(),
            log: VecDeque::new(),
            floor: FIRST_VERSION,
            moved: watch::Sender::new(FIRST_VERSION),
        };
        Self {
            collections: KINDS.iter().map(collection).collect(),
            version: FIRST_VERSION,
            log_length,
            touched: Vec::new(),
        }
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    pub fn next_version(&mut self) -> u64 {
        self.version += 1;
        self.version
    }

    pub fn set_log_length(&mut self, length: usize) {
        self.log_length = length;
    }

    pub fn get(&self, res: Res, namespace: &str, name: &str) -> Option<Arc<Entry>> {
        let key = (namespace.to_owned(), name.to_owned());
        self.collections[res as usize].objects.get(&key).cloned()
    }

    pub fn by_key(&self, res: Res, key: &Key) -> Option<Arc<Entry>> {
        self.collections[res as usize].objects.get(key).cloned()
    }

    /// All objects of a resource in the order of their keys.
    pub fn all(&self, res: Res) -> impl Iterator<Item = &Arc<Entry>> {
        self.collections[res as usize].objects.values()
    }

    pub fn len(&self, res: Res) -> usize {
        self.collections[res as usize].objects.len()
    }

    pub fn select(&self, res: Res, selector: &Selector) -> Vec<Arc<Entry>> {
        let objects = &self.collections[res as usize].objects;
        let fits = |entry: &&Arc<Entry>| selector.matches(entry);
        match &selector.namespace {
            Some(namespace) => objects
                .range((namespace.clone(), String::new())..)
                .map(|(_, entry)| entry)
                .take_while(|entry| entry.namespace.as_ref() == namespace)
                .filter(fits)
                .cloned()
                .collect(),
            None => objects.values().filter(fits).cloned().collect(),
        }
    }

    /// Stores an object under a new version, which it gets; returns the stored entry.
    pub fn put(&mut self, res: Res, mut value: Value) -> Arc<Entry> {
        let version = self.next_version();
        value["metadata"]["resourceVersion"] = version.to_string().into();
        let entry = Entry::new(res, value, version);
        if res != Res::Events {
            self.touched.push((res, entry.key()));
        }
        self.put_entry(entry)
    }

    /// Stores an entry that was rendered with the version of [`Store::next_version`].
    pub fn put_entry(&mut self, entry: Entry) -> Arc<Entry> {
        let entry = Arc::new(entry);
        let collection = &mut self.collections[entry.res as usize];
        let old = collection.objects.insert(entry.key(), Arc::clone(&entry));
        let new = Arc::clone(&entry);
        collection.log(
            match old {
                Some(old) => Change::Modified { old, new },
                None => Change::Added(new),
            },
            self.log_length,
        );
        entry
    }

    /// Takes an object away; returns its last state under the version of the removal.
    pub fn remove(&mut self, res: Res, key: &Key) -> Option<Arc<Entry>> {
        let version = self.version + 1;
        let collection = &mut self.collections[res as usize];
        let last = Arc::new(collection.objects.remove(key)?.last_words(version));
        self.version = version;
        collection.log(Change::Deleted(Arc::clone(&last)), self.log_length);
        if res != Res::Events {
            self.touched.push((res, key.clone()));
        }
        Some(last)
    }

    /// The changes after `since`, oldest first; `Err` with the floor if the log no longer reaches back that far.
    pub fn changes(&self, res: Res, since: u64) -> Result<impl Iterator<Item = &Change>, u64> {
        let collection = &self.collections[res as usize];
        if since < collection.floor {
            return Err(collection.floor);
        }
        let from = collection.log.partition_point(|c| c.version() <= since);
        Ok(collection.log.range(from..))
    }

    pub fn moved(&self, res: Res) -> watch::Receiver<u64> {
        self.collections[res as usize].moved.subscribe()
    }

    /// Forgets all logged changes, so that older versions are gone.
    pub fn compact(&mut self) {
        for collection in &mut self.collections {
            collection.log.clear();
            collection.floor = self.version;
        }
    }

    /// Makes the controllers look at an object again.
    pub fn touch(&mut self, res: Res, key: Key) {
        self.touched.push((res, key));
    }

    pub fn take_touched(&mut self) -> Vec<(Res, Key)> {
        std::mem::take(&mut self.touched)
    }

    pub fn touched(&self) -> &[(Res, Key)] {
        &self.touched
    }

    pub fn is_touched(&self) -> bool {
        !self.touched.is_empty()
    }
}

impl Collection {
    fn log(&mut self, change: Change, length: usize) {
        let version = change.version();
        self.log.push_back(change);
        while self.log.len() > length {
            if let Some(forgotten) = self.log.pop_front() {
                self.floor = forgotten.version();
            }
        }
        self.moved.send_replace(version);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(name: &str) -> Value {
        json!({ "metadata": { "namespace": "a", "name": name, "uid": name, "labels": { "k": name } } })
    }

    #[test]
    fn versions_grow_and_the_log_forgets() {
        let mut store = Store::new(2);
        let first = store.put(Res::ConfigMaps, config("one")).version;
        let second = store.put(Res::ConfigMaps, config("two")).version;
        assert!(second > first);
        let key = ("a".to_owned(), "one".to_owned());
        let gone = store.remove(Res::ConfigMaps, &key).unwrap();
        assert_eq!(gone.version, store.version());
        assert_eq!(store.changes(Res::ConfigMaps, first).unwrap().count(), 2);
        assert_eq!(store.changes(Res::ConfigMaps, first - 1).err(), Some(first));
        store.compact();
        assert!(store.changes(Res::ConfigMaps, second).is_err());
    }

    #[test]
    fn a_list_item_is_the_object_without_its_head() {
        let entry = Entry::new(Res::ConfigMaps, config("one"), 7);
        let whole: Value = serde_json::from_slice(&entry.bytes()).unwrap();
        assert_eq!(whole["kind"], "ConfigMap");
        let item = format!(
            "{{{}",
            String::from_utf8(entry.list_item().to_vec()).unwrap()
        );
        let item: Value = serde_json::from_str(&item).unwrap();
        assert_eq!(item, config("one"));
        assert_eq!(entry.label("k"), Some("one"));
    }
}
