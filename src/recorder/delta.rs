//! What changed between two moments, as bytes. A book begins with all parts; from then on each part has a number.

use std::collections::{BTreeMap, HashMap};

use crate::domain::series::Series;

use super::{
    bytes::{Bad, In, Wire},
    parts::{Key, Part, Parts, is_trend},
    wire::{LONGEST_TREND, take_values},
};

const GONE: u8 = 0;
const SET: u8 = 1;
/// As long as before: what is the same becomes zero, which packs to almost nothing.
const TURNED: u8 = 2;
/// A trend moved on.
const SLID: u8 = 3;

/// Parts and their names never take more; a record that says so is broken.
const ROOM: usize = 64 << 20;

/// The parts as they stand, on the side that writes and on the side that reads.
#[derive(Debug, Default)]
pub struct Book {
    names: Vec<Key>,
    numbers: HashMap<Key, usize>,
    parts: Parts,
    /// What names and parts take together, on the side that reads.
    taken: usize,
}

impl Book {
    pub const fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Begins anew with all parts.
    pub fn write_whole(&mut self, parts: Parts) -> Vec<u8> {
        *self = Self::default();
        let mut out = Vec::new();
        (parts.len() as u64).put(&mut out);
        for (key, part) in &parts {
            put_bytes(key, &mut out);
            put_part(part, &mut out);
            self.name(key.clone());
        }
        self.parts = parts;
        out
    }

    pub fn read_whole(&mut self, bytes: &[u8]) -> Result<(), Bad> {
        *self = Self::default();
        let mut from = In::new(bytes);
        let count = from.count()?;
        for _ in 0..count {
            self.read_named(&mut from)?;
        }
        from.end()
    }

    /// What came, what changed and what went since the parts that were written before.
    pub fn write_change(&mut self, parts: Parts) -> Vec<u8> {
        let mut changes: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
        let mut came: Vec<(&Key, &Part)> = Vec::new();
        for (key, part) in &parts {
            match (self.numbers.get(key), self.parts.get(key)) {
                (None, _) => came.push((key, part)),
                (Some(number), before) => {
                    if let Some(change) = change(before, part) {
                        changes.insert(*number, change);
                    }
                }
            }
        }
        for key in self.parts.keys().filter(|key| !parts.contains_key(*key)) {
            changes.insert(self.numbers[key], vec![GONE]);
        }
        let mut out = Vec::new();
        (came.len() as u64).put(&mut out);
        for (key, part) in &came {
            put_bytes(key, &mut out);
            put_part(part, &mut out);
        }
        (changes.len() as u64).put(&mut out);
        let mut next = 0;
        for (number, change) in &changes {
            ((number - next) as u64).put(&mut out);
            out.extend(change);
            next = number + 1;
        }
        let came: Vec<Key> = came.into_iter().map(|(key, _)| key.clone()).collect();
        for key in came {
            self.name(key);
        }
        self.parts = parts;
        out
    }

    pub fn read_change(&mut self, bytes: &[u8]) -> Result<(), Bad> {
        let mut from = In::new(bytes);
        let known = self.names.len();
        let came = from.count()?;
        for _ in 0..came {
            self.read_named(&mut from)?;
        }
        let changes = from.count()?;
        let mut next = 0_usize;
        for _ in 0..changes {
            let ahead = usize::try_from(u64::take(&mut from)?).map_err(|_| Bad)?;
            let number = next.checked_add(ahead).ok_or(Bad)?;
            if number >= known {
                return Err(Bad);
            }
            self.read_one(number, &mut from)?;
            next = number + 1;
        }
        from.end()
    }

    fn name(&mut self, key: Key) {
        self.numbers.insert(key.clone(), self.names.len());
        self.names.push(key);
    }

    fn read_named(&mut self, from: &mut In<'_>) -> Result<(), Bad> {
        let key = take_bytes(from)?.to_vec();
        let part = take_part(&key, from)?;
        if self.numbers.contains_key(&key) {
            return Err(Bad);
        }
        self.name(key.clone());
        self.taken += key.len();
        self.hold(key, part)
    }

    /// Puts a part in its place, as far as there is room.
    fn hold(&mut self, key: Key, part: Part) -> Result<(), Bad> {
        self.taken += size(&part);
        if let Some(before) = self.parts.insert(key, part) {
            self.taken -= size(&before);
        }
        if self.taken > ROOM { Err(Bad) } else { Ok(()) }
    }

    fn read_one(&mut self, number: usize, from: &mut In<'_>) -> Result<(), Bad> {
        let key = &self.names[number];
        match from.byte()? {
            GONE => {
                let gone = self.parts.remove(key).ok_or(Bad)?;
                self.taken -= size(&gone);
            }
            SET => {
                let (key, part) = (key.clone(), take_part(key, from)?);
                self.hold(key, part)?;
            }
            TURNED => match self.parts.get_mut(key) {
                Some(Part::Bytes(bytes)) => {
                    let turned = from.bytes(bytes.len())?;
                    for (byte, turned) in bytes.iter_mut().zip(turned) {
                        *byte ^= turned;
                    }
                }
                _ => return Err(Bad),
            },
            SLID => match self.parts.get_mut(key) {
                Some(Part::Trend(series)) => {
                    let before = series.values.len();
                    slide(series, from)?;
                    let after = series.values.len();
                    self.taken = self.taken - before * VALUE + after * VALUE;
                }
                _ => return Err(Bad),
            },
            _ => return Err(Bad),
        }
        Ok(())
    }
}

/// What a value of a trend takes.
const VALUE: usize = size_of::<Option<f64>>();

fn size(part: &Part) -> usize {
    match part {
        Part::Bytes(bytes) => bytes.len(),
        Part::Trend(series) => series.values.len() * VALUE,
    }
}

fn put_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    (bytes.len() as u64).put(out);
    out.extend(bytes);
}

fn take_bytes<'a>(from: &mut In<'a>) -> Result<&'a [u8], Bad> {
    let len = from.count()?;
    from.bytes(len)
}

fn put_part(part: &Part, out: &mut Vec<u8>) {
    match part {
        Part::Bytes(bytes) => put_bytes(bytes, out),
        Part::Trend(series) => series.put(out),
    }
}

fn take_part(key: &[u8], from: &mut In<'_>) -> Result<Part, Bad> {
    if is_trend(key) {
        Series::take(from).map(Part::Trend)
    } else {
        Ok(Part::Bytes(take_bytes(from)?.to_vec()))
    }
}

/// What makes a part of what it was; nothing where it is the same.
fn change(before: Option<&Part>, after: &Part) -> Option<Vec<u8>> {
    match (before, after) {
        (Some(Part::Bytes(before)), Part::Bytes(after)) if before == after => None,
        (Some(Part::Bytes(before)), Part::Bytes(after)) if before.len() == after.len() => {
            let turned = before
                .iter()
                .zip(after)
                .map(|(before, after)| before ^ after);
            Some(std::iter::once(TURNED).chain(turned).collect())
        }
        (Some(Part::Trend(before)), Part::Trend(after)) if before.step == after.step => {
            slid(before, after)
        }
        _ => {
            let mut out = vec![SET];
            put_part(after, &mut out);
            Some(out)
        }
    }
}

/// How far a trend moved on, and the values that are new. What was measured stays as it was, but for the newest.
fn slid(before: &Series, after: &Series) -> Option<Vec<u8>> {
    let ahead = after.start.as_millisecond() - before.start.as_millisecond();
    let step = i64::try_from(before.step.as_millis()).unwrap_or(i64::MAX);
    let gone = usize::try_from(ahead.checked_div(step).unwrap_or(0)).unwrap_or(usize::MAX);
    let gone = gone.min(before.values.len());
    let stays = &before.values[gone..];
    let bits = |value: &Option<f64>| value.map(f64::to_bits);
    let same = stays
        .iter()
        .zip(&after.values)
        .take_while(|(a, b)| bits(a) == bits(b))
        .count();
    let all = same == after.values.len() && same == before.values.len();
    if all && before.start == after.start {
        return None;
    }
    let mut out = vec![SLID];
    after.start.put(&mut out);
    (gone as u64).put(&mut out);
    (same as u64).put(&mut out);
    after.values[same..].to_vec().put(&mut out);
    Some(out)
}

fn slide(series: &mut Series, from: &mut In<'_>) -> Result<(), Bad> {
    let length = |from: &mut In<'_>| usize::try_from(u64::take(from)?).map_err(|_| Bad);
    series.start = Wire::take(from)?;
    let gone = length(from)?;
    let same = length(from)?;
    let came = take_values(from)?;
    let end = gone.checked_add(same).ok_or(Bad)?;
    let stays = series.values.get(gone..end).ok_or(Bad)?;
    if stays.len() + came.len() > LONGEST_TREND {
        return Err(Bad);
    }
    series.values = stays.iter().copied().chain(came).collect();
    Ok(())
}
