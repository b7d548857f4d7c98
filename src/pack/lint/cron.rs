//! A crontab's line: five fields, then a command.

use super::material::Step;

/// Whether a text is a crontab's line, and where its command begins.
pub fn command_at(line: &str) -> Option<usize> {
    let mut at = 0;
    for _ in 0..5 {
        let rest = &line[at..];
        let begin = at + rest.find(|c: char| !c.is_whitespace())?;
        let rest = &line[begin..];
        let length = rest.find(char::is_whitespace)?;
        let field = &rest[..length];
        let plain = |c: char| c.is_ascii_digit() || matches!(c, '*' | '/' | ',' | '-');
        if !field.chars().all(plain) {
            return None;
        }
        at = begin + length;
    }
    let rest = &line[at..];
    Some(at + rest.find(|c: char| !c.is_whitespace())?)
}

/// When a crontab's line comes: minute, hour and weekday as written.
pub fn fields(line: &str) -> Option<[&str; 3]> {
    command_at(line)?;
    let mut words = line.split_whitespace();
    let (minute, hour) = (words.next()?, words.next()?);
    let weekday = words.nth(2)?;
    Some([minute, hour, weekday])
}

/// Whether a step is what a crontab runs.
pub fn is_timed(step: &Step<'_>) -> bool {
    step.script.topic.contains("cron:")
}
