//! How long a certificate is good for: the one field of it that is needed, taken out of its DER.

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use sha2::{Digest as _, Sha256};

use crate::domain::{
    action::value::{Value, Values},
    hex::hex,
};

/// The tags of DER that stand on the way to the end of a certificate.
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

const DAY: f64 = 86_400.0;

/// What is told of the first certificate of a file.
pub(super) fn of_pem(text: &str, now: Timestamp) -> Result<Values, String> {
    let first = CertificateDer::pem_slice_iter(text.as_bytes()).next();
    match first {
        Some(Ok(certificate)) => told(&certificate, None, now),
        Some(Err(error)) => Err(format!("it is no certificate in PEM: {error}")),
        None => Err("there is no certificate in it".to_owned()),
    }
}

/// What is told of a certificate. A file proves no name, so nothing is said of its being trusted.
#[expect(clippy::cast_precision_loss, reason = "seconds of a few years")]
pub(super) fn told(
    certificate: &CertificateDer<'_>,
    trusted: Option<bool>,
    now: Timestamp,
) -> Result<Values, String> {
    let end = not_after(certificate).ok_or("the end of the certificate can't be read")?;
    let days = end.duration_since(now).as_secs() as f64 / DAY;
    let print = hex(&Sha256::digest(certificate.as_ref()));
    Ok([
        ("days".to_owned(), Value::Float(days)),
        ("not_after".to_owned(), Value::Text(end.to_string())),
        ("fingerprint".to_owned(), Value::Text(print)),
        (
            "trusted".to_owned(),
            trusted.map_or(Value::Absent, Value::Bool),
        ),
    ]
    .into())
}

/// Until when it is good.
fn not_after(der: &[u8]) -> Option<Timestamp> {
    let (_, certificate, _) = element(der).filter(|(tag, ..)| *tag == SEQUENCE)?;
    let (_, mut rest, _) = element(certificate).filter(|(tag, ..)| *tag == SEQUENCE)?;
    // The version may be left out; then come serial number, algorithm and issuer.
    if element(rest)?.0 == VERSION {
        rest = element(rest)?.2;
    }
    for _ in 0..3 {
        rest = element(rest)?.2;
    }
    let (_, validity, _) = element(rest).filter(|(tag, ..)| *tag == SEQUENCE)?;
    let (_, _, after) = element(validity)?;
    let (tag, text, _) = element(after)?;
    time(tag, std::str::from_utf8(text).ok()?)
}

/// The tag and the content of the first element, and what comes after it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        let (bytes, rest) = rest.split_at_checked(count).filter(|_| count <= 4)?;
        let length = bytes
            .iter()
            .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
        (length, rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

/// `261204120000Z`, or with the whole year.
fn time(tag: u8, text: &str) -> Option<Timestamp> {
    let text = text.strip_suffix('Z')?;
    let (year, rest) = match tag {
        UTC_TIME => {
            let (year, rest) = text.split_at_checked(2)?;
            let year: i16 = year.parse().ok()?;
            // As RFC 5280 has it.
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = text.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    let part = |at: usize| rest.get(at..at + 2)?.parse::<i8>().ok();
    let (month, day) = (part(0)?, part(2)?);
    let (hour, minute, second) = (part(4)?, part(6)?, part(8)?);
    let day = Date::new(year, month, day).ok()?;
    let clock = Time::new(hour, minute, second, 0).ok()?;
    let at = DateTime::from_parts(day, clock)
        .to_zoned(TimeZone::UTC)
        .ok()?;
    Some(at.timestamp())
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    fn certificate(until: (i32, u8, u8)) -> rcgen::Certificate {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(until.0, until.1, until.2);
        params.self_signed(&key).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn its_end_is_read_whatever_its_year() {
        for (until, told_as) in [
            ((2026, 12, 4), "2026-12-04T00:00:00Z"),
            ((2049, 12, 31), "2049-12-31T00:00:00Z"),
            ((2050, 1, 1), "2050-01-01T00:00:00Z"),
            ((4096, 1, 1), "4096-01-01T00:00:00Z"),
        ] {
            let values = of_pem(&certificate(until).pem(), at("2026-11-22T12:00:00Z")).unwrap();
            assert_eq!(values["not_after"], Value::text(told_as));
            assert_eq!(values["trusted"], Value::Absent);
        }
    }

    #[test]
    fn days_are_left_or_over() {
        let pem = certificate((2026, 12, 4)).pem();
        let values = of_pem(&pem, at("2026-11-22T12:00:00Z")).unwrap();
        assert_eq!(values["days"], Value::Float(11.5));
        let values = of_pem(&pem, at("2026-12-05T00:00:00Z")).unwrap();
        assert_eq!(values["days"], Value::Float(-1.0));
    }

    #[test]
    fn what_is_no_certificate_tells_nothing() {
        let now = Timestamp::UNIX_EPOCH;
        assert!(of_pem("", now).unwrap_err().contains("no certificate"));
        let torn = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        assert!(of_pem(torn, now).unwrap_err().contains("can't be read"));
        let whole = certificate((2030, 1, 1));
        let der = whole.der();
        for length in 0..der.len() {
            assert_eq!(not_after(&der[..length]), None, "cut at {length}");
        }
    }
}
