//! `redis-cli` inside a pod: commands on its input, where no other process sees a secret, and answers on its output.

use std::{fmt::Write, time::Duration};

use tokio::time::timeout;

use super::{door::Spoken, reply::RedisReply};
use crate::{
    domain::action::step::Sign,
    runtime::executors::inside::{Inside, InsideCall, InsideError, Room},
};

/// Stands between the answers: nothing that is read looks like it by chance.
const MARK: &str = "quarterdeck-answer-ends-here";

/// Says the commands; the first `opening` of them open the door. The pod's own client sends all of them, whatever the
/// first are answered, so the door is tried alone, and ours are said behind it only when it opened.
pub async fn speak(
    inside: &dyn Inside,
    room: &Room,
    commands: &[Vec<String>],
    opening: usize,
    within: Duration,
) -> Spoken {
    // A closed door is found out before anything of ours is said.
    match said(inside, room, &commands[..opening], within).await {
        Ok(replies) if replies.iter().any(|reply| reply.error().is_some()) => {
            return Spoken::Replies(replies);
        }
        Ok(_) => {}
        Err(Unsaid::Shut(sign, why)) => return Spoken::Shut(sign, why),
        Err(Unsaid::NotStarted(why) | Unsaid::Lost(why)) => return Spoken::Unsent(why),
    }
    match said(inside, room, commands, within).await {
        // It was let in a moment ago. What was said at a closed door may have been done all the same, and elsewhere.
        Ok(replies) => match replies.iter().take(opening).find_map(RedisReply::error) {
            Some(error) => Spoken::Lost(format!("it was let in, and then it was not: {error}")),
            None => Spoken::Replies(replies),
        },
        Err(Unsaid::Shut(_, why) | Unsaid::NotStarted(why)) => Spoken::Unsent(why),
        Err(Unsaid::Lost(why)) => Spoken::Lost(why),
    }
}

/// Why there are no answers.
enum Unsaid {
    /// Nothing was said, and what that proves.
    Shut(Sign, String),
    NotStarted(String),
    Lost(String),
}

impl From<InsideError> for Unsaid {
    fn from(error: InsideError) -> Self {
        match error {
            InsideError::Absent(why) => Self::Shut(Sign::Absent, why),
            error @ InsideError::Crashed(_) => Self::Shut(Sign::Crashed, error.to_string()),
            InsideError::NotStarted(why) => Self::NotStarted(why),
            InsideError::Lost(why) => Self::Lost(why),
        }
    }
}

/// What may be asked twice: it leaves everything as it is.
const LOOKS: [&str; 12] = [
    "AUTH", "DBSIZE", "GET", "HELLO", "INFO", "LASTSAVE", "LLEN", "PING", "ROLE", "SELECT", "TTL",
    "TYPE",
];

/// The end of an output gets lost now and then on its way out of a pod: what only looks is asked once more.
async fn said(
    inside: &dyn Inside,
    room: &Room,
    commands: &[Vec<String>],
    within: Duration,
) -> Result<Vec<RedisReply>, Unsaid> {
    let looks = |command: &Vec<String>| {
        command
            .first()
            .is_some_and(|it| LOOKS.contains(&it.as_str()))
    };
    let mut short = String::new();
    for _ in 0..=usize::from(commands.iter().all(looks)) {
        match once(inside, room, commands, within).await? {
            Ok(replies) => return Ok(replies),
            Err(why) => short = why,
        }
    }
    Err(Unsaid::Lost(short))
}

/// The answers, or why they are not all of them.
async fn once(
    inside: &dyn Inside,
    room: &Room,
    commands: &[Vec<String>],
    within: Duration,
) -> Result<Result<Vec<RedisReply>, String>, Unsaid> {
    let mut stdin = String::new();
    for command in commands {
        let words: Vec<String> = command.iter().map(|word| quoted(word)).collect();
        // Writing to a string can't fail.
        let _ = writeln!(stdin, "{}\nECHO {MARK}", words.join(" "));
    }
    // Not every way into a pod tells a program that its input has ended.
    stdin.push_str("QUIT\n");
    let call = InsideCall {
        room: room.clone(),
        argv: ["redis-cli", "--no-raw"].map(str::to_owned).to_vec(),
        stdin: stdin.into_bytes(),
        within,
    };
    let ran = timeout(within, inside.run(call))
        .await
        .map_err(|_| InsideError::Lost(format!("no answer within {} s", within.as_secs())))??;
    let text = String::from_utf8_lossy(&ran.out);
    let said = String::from_utf8_lossy(&ran.err);
    let short = |what: &str| {
        let line = said.lines().next().unwrap_or(what);
        crate::domain::clean::clean(line).into_owned()
    };
    let lost = |what: &str| Unsaid::Lost(short(what));
    let words = [&text, &said];
    if let Some(line) = words
        .iter()
        .flat_map(|text| text.lines())
        .find(|line| line.starts_with("Could not connect"))
    {
        let why = crate::domain::clean::clean(line).into_owned();
        // Of all ways not to come through, this one alone says that nothing listens there.
        return Err(if line.contains("Connection refused") {
            Unsaid::Shut(Sign::Refused, why)
        } else {
            Unsaid::NotStarted(why)
        });
    }
    if ran.cut {
        return Err(lost("its answer is too long"));
    }
    let end = format!("\"{MARK}\"\n");
    let answers: Vec<&str> = text.split(end.as_str()).collect();
    if answers.len() != commands.len() + 1 {
        // At a closed door not even the marks between the answers are said.
        let first = text.lines().next().and_then(single);
        if let Some(refused @ RedisReply::Error(_)) = first {
            return Ok(Ok(vec![refused]));
        }
        return Ok(Err(short("it did not answer everything")));
    }
    let replies = answers[..commands.len()].iter();
    let replies =
        replies.map(|answer| read(answer).ok_or_else(|| lost("its answer can't be read")));
    replies.collect::<Result<_, _>>().map(Ok)
}

/// A word as `redis-cli` reads it: no byte of it has a meaning.
fn quoted(word: &str) -> String {
    let mut text = String::from("\"");
    for byte in word.bytes() {
        if byte.is_ascii_alphanumeric() || b"_-.:/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
    text.push('"');
    text
}

/// An answer as `--no-raw` writes it.
fn read(answer: &str) -> Option<RedisReply> {
    let answer = answer.trim_end_matches('\n');
    let mut lines = answer.lines();
    let first = lines.next()?;
    if first.starts_with("1) ") || first.trim_start().starts_with("1) ") {
        return list(answer);
    }
    if lines.next().is_some() {
        // An `INFO` is a text of many lines, which is written as it is.
        return Some(RedisReply::Text(answer.to_owned()));
    }
    single(first)
}

fn single(text: &str) -> Option<RedisReply> {
    let number = |text: &str| text.strip_prefix("(integer) ")?.trim().parse().ok();
    if let Some(number) = number(text) {
        return Some(RedisReply::Int(number));
    }
    if let Some(error) = text.strip_prefix("(error) ") {
        return Some(RedisReply::Error(error.to_owned()));
    }
    match text {
        "(nil)" => Some(RedisReply::Nil),
        "(empty array)" | "(empty list or set)" | "(empty set)" | "(empty hash)" => {
            Some(RedisReply::List(Vec::new()))
        }
        text if text.starts_with('"') => unquoted(text).map(RedisReply::Text),
        text => Some(RedisReply::Status(text.to_owned())),
    }
}

/// A list. What is in it stands behind its number; a list in it goes on below that, as far in as it began.
fn list(answer: &str) -> Option<RedisReply> {
    let lines: Vec<&str> = answer.lines().collect();
    let (number, _) = lines.first()?.split_once(") ")?;
    let inside = number.len() + ") ".len();
    let mut items: Vec<String> = Vec::new();
    for line in lines {
        let (before, rest) = line.split_at_checked(inside)?;
        if before.trim().is_empty() {
            let item = items.last_mut()?;
            item.push('\n');
            item.push_str(rest);
        } else {
            let number = before.trim_start().strip_suffix(") ")?;
            number.parse::<usize>().ok()?;
            items.push(rest.to_owned());
        }
    }
    let item = |item: &String| {
        if item.trim_start().starts_with("1) ") {
            list(item)
        } else {
            single(item)
        }
    };
    let items: Option<Vec<_>> = items.iter().map(item).collect();
    items.map(RedisReply::List)
}

/// The text between the quotes, its escapes undone.
fn unquoted(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut bytes = Vec::new();
    let mut rest = inner.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next()? {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'a' => 7,
            b'b' => 8,
            b'x' => {
                let hex = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&hex).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_so_that_no_byte_has_a_meaning() {
        assert_eq!(quoted("exports:pending"), "\"exports:pending\"");
        assert_eq!(quoted("a b\n\"x\"\\"), "\"a\\x20b\\x0a\\x22x\\x22\\x5c\"");
        assert_eq!(quoted(""), "\"\"");
    }

    #[test]
    fn answers_of_each_kind_are_read() {
        let text = |text: &str| RedisReply::Text(text.to_owned());
        for (text, reply) in [
            ("(integer) 5\n", RedisReply::Int(5)),
            ("OK\n", RedisReply::Status("OK".to_owned())),
            ("(nil)\n", RedisReply::Nil),
            (
                "(error) NOAUTH Authentication required.\n",
                RedisReply::Error("NOAUTH Authentication required.".to_owned()),
            ),
            (
                "\"a\\nb \\xe5\\xaf\\xbc \\\"q\\\"\"\n",
                RedisReply::Text("a\nb 导 \"q\"".to_owned()),
            ),
            ("(empty array)\n", RedisReply::List(Vec::new())),
            (
                " 1) \"a\"\n 2) (integer) 2\n",
                RedisReply::List(vec![text("a"), RedisReply::Int(2)]),
            ),
            (
                "1) \"17\"\n2)  1) \"a\"\n    2) \"1) b\"\n   10) \"c\"\n",
                RedisReply::List(vec![
                    text("17"),
                    RedisReply::List(vec![text("a"), text("1) b"), text("c")]),
                ]),
            ),
            (
                "1) \"0\"\n2) (empty array)\n",
                RedisReply::List(vec![text("0"), RedisReply::List(Vec::new())]),
            ),
        ] {
            assert_eq!(read(text), Some(reply), "{text}");
        }
    }
}
