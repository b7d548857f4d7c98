//! `SCAN` without a cursor, driven to its end: Redis answers others between its pages, as it does not while it lists `KEYS`.

use std::{collections::BTreeSet, time::Duration};

use tokio::time::Instant;

use super::{
    door::{Door, Spoken},
    reply::RedisReply,
};
use crate::{domain::clean::clean, runtime::executors::redactor::HIDDEN};

/// How many keys are looked at for a page, where nothing is said: some milliseconds of Redis.
const PAGE: u32 = 5000;
/// A page that does not come whole is asked for again, smaller, down to this.
const SMALLEST: u32 = 200;
/// More keys than this are no list that anybody reads.
const MOST: usize = 100_000;

/// All keys there are by these options, each once, in the order of their names.
pub(super) async fn to_its_end(door: &Door<'_>, options: &[String], within: Duration) -> Spoken {
    let end = Instant::now() + within;
    let mut keys = BTreeSet::new();
    let mut cursor = "0".to_owned();
    let mut size = PAGE;
    let is_sized = options.iter().any(|it| it.eq_ignore_ascii_case("COUNT"));
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let found = keys.len();
            return Spoken::Unsent(format!(
                "it was not at its end within {} s, with {found} keys so far",
                within.as_secs()
            ));
        }
        let page = match door.speak(&[command(&cursor, options, size)], left).await {
            Spoken::Replies(replies) => replies.into_iter().next(),
            // Long names make a page that a client inside of a pod is not heard to the end of.
            Spoken::Lost(_) if !is_sized && size > SMALLEST => {
                size = (size / 5).max(SMALLEST);
                continue;
            }
            // It only looked: what is not known of it is nothing that was done.
            Spoken::Lost(why) => return Spoken::Unsent(why),
            other => return other,
        };
        let (next, found) = match page {
            Some(error @ RedisReply::Error(_)) => return Spoken::Replies(vec![error]),
            Some(page) => match page_of(page) {
                Some(page) => page,
                None => return Spoken::Unsent("its answer is no page of keys".to_owned()),
            },
            None => return Spoken::Replies(Vec::new()),
        };
        keys.extend(found);
        if let Some(odd) = keys.iter().find(|key| !is_plain(key)) {
            let odd = clean(odd).into_owned();
            return Spoken::Unsent(format!("a key has a name that no line can hold: {odd}"));
        }
        if keys.len() > MOST {
            return Spoken::Unsent(format!("more than {MOST} keys: narrow the pattern"));
        }
        if next == "0" {
            let keys = keys.into_iter().map(RedisReply::Text);
            return Spoken::Replies(vec![RedisReply::List(keys.collect())]);
        }
        cursor = next;
    }
}

fn command(cursor: &str, options: &[String], size: u32) -> Vec<String> {
    let mut words = vec!["SCAN".to_owned(), cursor.to_owned()];
    words.extend_from_slice(options);
    if !options.iter().any(|it| it.eq_ignore_ascii_case("COUNT")) {
        words.extend(["COUNT".to_owned(), size.to_string()]);
    }
    words
}

/// Where the next page begins, and the keys of this one.
fn page_of(page: RedisReply) -> Option<(String, Vec<String>)> {
    let RedisReply::List(parts) = page else {
        return None;
    };
    let [RedisReply::Text(next), RedisReply::List(keys)] =
        <[RedisReply; 2]>::try_from(parts).ok()?
    else {
        return None;
    };
    let text = |key: RedisReply| match key {
        RedisReply::Text(key) => Some(key),
        _ => None,
    };
    let keys: Option<Vec<String>> = keys.into_iter().map(text).collect();
    Some((next, keys?))
}

/// Whether a line of a list names this very key: another would be taken for it.
fn is_plain(key: &str) -> bool {
    let odd = |c: char| c.is_control() || c == char::REPLACEMENT_CHARACTER;
    let is_whole = key.trim_end() == key && !key.contains(odd);
    // What a secret was cut out of is another key's name.
    !key.is_empty() && is_whole && !key.contains(HIDDEN)
}
