//! The objects of a bucket, as the program of its store lists them.

use std::time::Duration;

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{Offset, TimeZone},
};

use super::{Inspections, Stored};
use crate::{
    domain::action::{place::PlaceSpec, refusal::Refusal},
    runtime::executors::program::{Call, hear},
};

/// Reads what a program lists; nothing where it can't be read.
type Listing = fn(&str) -> Option<Vec<Stored>>;

/// What is asked of each object.
const ASKED: &str = "Contents[].[LastModified,Size,Key]";

impl Inspections {
    pub(super) async fn bucket(
        &self,
        (place, url): (&PlaceSpec, &str),
        program: Option<&str>,
        secrets: &[String],
        within: Duration,
    ) -> Result<Vec<Stored>, Refusal> {
        let unreadable = |why: String| Refusal::unreadable(url, why);
        let split = |scheme: &str| {
            let rest = url.strip_prefix(scheme)?;
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
            let named = !bucket.is_empty() && !bucket.starts_with('-') && bucket.chars().all(plain);
            named.then_some((bucket, prefix))
        };
        let (usual, args, read): (_, Vec<String>, Listing) =
            if let Some((bucket, prefix)) = split("s3://") {
                let args = [
                    "s3api",
                    "list-objects-v2",
                    &format!("--bucket={bucket}"),
                    &format!("--prefix={prefix}"),
                    &format!("--query={ASKED}"),
                    "--output=text",
                ];
                let args = args.map(str::to_owned).to_vec();
                (&self.programs.aws, args, of_aws)
            } else if split("oss://").is_some() {
                let args = ["ls", url].map(str::to_owned).to_vec();
                (&self.programs.ossutil, args, of_ossutil)
            } else {
                return Err(unreadable("it is no bucket".to_owned()));
            };
        let usual = usual.to_string_lossy();
        let program = self.host.known_at(place, program.unwrap_or(&usual)).await?;
        self.host.may_have(place, secrets).await?;
        let mut call = Call {
            secrets: self.host.secrets.all(secrets).await?,
            ..self.host.call(place, &program, args, within)
        };
        // Nobody turns pages here.
        call.env.insert("AWS_PAGER".to_owned(), String::new());
        let heard = hear(&call).await.map_err(unreadable)?;
        if heard.overflow {
            let why = "more objects than can be counted: name a longer prefix";
            return Err(unreadable(why.to_owned()));
        }
        read(&heard.text).ok_or_else(|| unreadable("its listing can't be read".to_owned()))
    }
}

/// Blanks between time, size and name; `None` for a page of nothing.
fn of_aws(text: &str) -> Option<Vec<Stored>> {
    let mut files = Vec::new();
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() || line == "None" {
            continue;
        }
        // Output comes with its tabs as blanks.
        let (time, rest) = line.split_once(char::is_whitespace)?;
        let (size, name) = rest.trim_start().split_once(char::is_whitespace)?;
        let name = name.trim_start();
        // What ends so is a folder somebody drew.
        if !name.ends_with('/') {
            files.push(Stored {
                name: name.to_owned(),
                size: size.parse().ok()?,
                changed: time.parse().ok()?,
            });
        }
    }
    Some(files)
}

/// `2026-11-22 02:10:00 +0800 CST  4096  Standard  ETAG  oss://bucket/name`, then how many there are.
fn of_ossutil(text: &str) -> Option<Vec<Stored>> {
    let mut files = Vec::new();
    let (mut lines, mut told) = (0_usize, None);
    for line in text.lines().map(str::trim) {
        if let Some(number) = line.strip_prefix("Object Number is:") {
            told = Some(number.trim().parse::<usize>().ok()?);
            continue;
        }
        let Some(at) = line.find("oss://") else {
            continue;
        };
        lines += 1;
        let name = &line[at..];
        let words: Vec<&str> = line[..at].split_whitespace().collect();
        let [day, clock, offset, _zone, size, ..] = words[..] else {
            return None;
        };
        if name.ends_with('/') {
            continue;
        }
        files.push(Stored {
            // The bucket's own name says nothing of the object.
            name: name.splitn(4, '/').nth(3)?.to_owned(),
            size: size.parse().ok()?,
            changed: moment(day, clock, offset)?,
        });
    }
    (told == Some(lines)).then_some(files)
}

fn moment(day: &str, clock: &str, offset: &str) -> Option<Timestamp> {
    let at: DateTime = format!("{day}T{clock}").parse().ok()?;
    let (sign, digits) = match offset.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_at_checked(2)?;
    let seconds = hours.parse::<i32>().ok()? * 3600 + minutes.parse::<i32>().ok()? * 60;
    let zone = TimeZone::fixed(Offset::from_seconds(sign * seconds).ok()?);
    Some(at.to_zoned(zone).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_listing_of_aws_has_times_sizes_and_names() {
        let text = "2026-11-22T02:10:00+00:00\t4096\tdaily/dump 1.sql.gz\nNone\n2026-11-21T02:10:00.000Z\t0\tdaily/\n";
        let dump = Stored {
            name: "daily/dump 1.sql.gz".to_owned(),
            size: 4096,
            changed: at("2026-11-22T02:10:00Z"),
        };
        assert_eq!(of_aws(text), Some(vec![dump]));
        assert_eq!(of_aws("None\n"), Some(Vec::new()));
        assert_eq!(of_aws("usage: aws\n"), None);
    }

    #[test]
    fn a_listing_of_ossutil_is_whole_or_counts_for_nothing() {
        let text = "LastModifiedTime                   Size(B)  StorageClass   ETAG    ObjectName\n\
            2026-11-22 10:10:00 +0800 CST       4096      Standard   7E2F   oss://backups/daily/dump.sql.gz\n\
            Object Number is: 1\n\n0.1(s) elapsed\n";
        let files = of_ossutil(text).unwrap();
        assert_eq!(files[0].name, "daily/dump.sql.gz");
        assert_eq!(files[0].changed, at("2026-11-22T02:10:00Z"));
        assert_eq!(of_ossutil(&text.replace("is: 1", "is: 2")), None);
        assert_eq!(of_ossutil("Error: oss: service returned error\n"), None);
        assert_eq!(of_ossutil("Object Number is: 0\n"), Some(Vec::new()));
    }
}
