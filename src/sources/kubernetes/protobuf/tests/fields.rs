//! Whether tables and lite types go together: what a type reads is in its table, and nothing else.

use std::fmt;

use serde::{
    Deserialize,
    de::{self, Deserializer, MapAccess, SeqAccess, Visitor, value::StrDeserializer},
    forward_to_deserialize_any,
};

use super::super::tables::{KINDS, Shape, Table};
use crate::sources::kubernetes::{
    events::EventLite,
    history::ReplicaSetLite,
    nodes::NodeLite,
    status::PodLite,
    workloads::{DaemonSet, Deployment, StatefulSet},
};

/// What a lite type that serves several kinds reads in vain.
const IN_VAIN: [(&str, &str); 1] = [("DaemonSet", "replicas")];

#[derive(Debug)]
struct Failed(String);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failed {}

impl de::Error for Failed {
    fn custom<T: fmt::Display>(said: T) -> Self {
        Self(said.to_string())
    }
}

/// Gives a type one value of a shape, and complains of fields that only one of the two knows.
#[derive(Clone, Copy)]
struct Trial {
    kind: &'static str,
    shape: Shape,
}

impl<'de> Deserializer<'de> for Trial {
    type Error = Failed;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        match self.shape {
            Shape::Text => visitor.visit_str("text"),
            Shape::Number => visitor.visit_u64(7),
            Shape::Flag => visitor.visit_bool(true),
            Shape::Time | Shape::MicroTime => visitor.visit_str("2026-11-20T10:00:00Z"),
            Shape::Messages(table) => visitor.visit_seq(Items {
                item: Some(Self {
                    shape: Shape::Message(table),
                    ..self
                }),
            }),
            Shape::Message(table) => visitor.visit_map(Members {
                kind: self.kind,
                table,
                value: None,
            }),
            Shape::Map => visitor.visit_map(Members {
                kind: self.kind,
                table: &[(1, "key", Shape::Text)],
                value: None,
            }),
            Shape::Chosen(_) | Shape::Amounts(_) => {
                Err(Failed("chosen entries are read as a struct".to_owned()))
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        visitor.visit_some(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failed> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Failed> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failed> {
        let known: Vec<&str> = match self.shape {
            Shape::Message(table) => table.iter().map(|field| field.1).collect(),
            Shape::Chosen(keys) | Shape::Amounts(keys) => keys.to_vec(),
            other => return Err(Failed(format!("{name} is read from {other:?}"))),
        };
        for field in fields {
            if !known.contains(field) && !IN_VAIN.contains(&(self.kind, field)) {
                let said = format!("{}: {name}.{field} is in no table", self.kind);
                return Err(Failed(said));
            }
        }
        if let Some(field) = known.iter().find(|field| !fields.contains(field)) {
            let said = format!("{}: nobody reads {name}.{field}", self.kind);
            return Err(Failed(said));
        }
        match self.shape {
            Shape::Chosen(_) | Shape::Amounts(_) => visitor.visit_map(Members {
                kind: self.kind,
                table: &[],
                value: None,
            }),
            _ => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map enum identifier
    }
}

struct Items {
    item: Option<Trial>,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Failed;

    fn next_element_seed<T: de::DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Failed> {
        self.item
            .take()
            .map(|item| seed.deserialize(item))
            .transpose()
    }
}

struct Members {
    kind: &'static str,
    table: Table,
    value: Option<Shape>,
}

impl<'de> MapAccess<'de> for Members {
    type Error = Failed;

    fn next_key_seed<K: de::DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Failed> {
        let Some(((_, name, shape), rest)) = self.table.split_first() else {
            return Ok(None);
        };
        self.table = rest;
        self.value = Some(*shape);
        seed.deserialize(StrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: de::DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Failed> {
        let shape = self.value.take().unwrap();
        seed.deserialize(Trial {
            kind: self.kind,
            shape,
        })
    }
}

fn try_out<T: for<'de> Deserialize<'de>>(kind: &str) {
    let kind = KINDS.iter().find(|it| it.kind == kind).unwrap();
    let trial = Trial {
        kind: kind.kind,
        shape: Shape::Message(kind.fields),
    };
    if let Err(failed) = T::deserialize(trial) {
        panic!("{failed}");
    }
}

#[test]
fn tables_have_what_rows_are_made_of_and_nothing_else() {
    try_out::<PodLite>("Pod");
    try_out::<EventLite>("Event");
    try_out::<NodeLite>("Node");
    try_out::<Deployment>("Deployment");
    try_out::<StatefulSet>("StatefulSet");
    try_out::<DaemonSet>("DaemonSet");
    try_out::<ReplicaSetLite>("ReplicaSet");
    assert_eq!(KINDS.len(), 7, "a kind that nothing is tried with");
}
