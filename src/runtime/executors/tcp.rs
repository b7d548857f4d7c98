//! Whether something answers at an address: a connection that is made and ended at once, nothing said.

use std::{io::ErrorKind, time::Duration};

use tokio::{
    net::TcpStream,
    time::{Instant, timeout},
};

use super::{
    Doing,
    family::Family,
    not_mine,
    step::{failed, limit},
};
use crate::domain::action::{
    preflight::{Preflight, Preflighted},
    refusal::Refusal,
    step::{Planned, StepKind},
    value::{Value, Values},
    verdict::StepEnd,
};

/// The longest it may take.
const LONGEST: Duration = Duration::from_secs(5);

/// Knocks at addresses.
#[derive(Debug, Clone, Copy, Default)]
pub struct Doors;

/// What knocking came to: `open` is 1 or 0. Only a refusal proves that nothing is there.
pub(super) fn values(open: bool, took: Duration) -> Values {
    let ms = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
    [
        ("open".to_owned(), Value::Int(i64::from(open))),
        ("ms".to_owned(), Value::Int(ms)),
    ]
    .into()
}

fn address(step: &Planned) -> Result<String, Refusal> {
    let StepKind::Tcp { address } = &step.kind else {
        return Err(not_mine(step));
    };
    address.whole().ok_or_else(|| Refusal::unfilled("tcp"))
}

impl Family for Doors {
    async fn look(&self, step: &Planned) -> Preflighted {
        address(step).map(|_| Preflight::default())
    }

    async fn read(&self, step: &Planned) -> Result<Values, Refusal> {
        let address = address(step)?;
        let limit = limit(step, LONGEST);
        let began = Instant::now();
        match timeout(limit, TcpStream::connect(&address)).await {
            Ok(Ok(_)) => Ok(values(true, began.elapsed())),
            Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => {
                Ok(values(false, began.elapsed()))
            }
            Ok(Err(error)) => Err(Refusal::unreadable(address, error.to_string())),
            Err(_) => {
                let why = format!("no answer within {} s", limit.as_secs());
                Err(Refusal::unreadable(address, why))
            }
        }
    }

    async fn act(&self, doing: Doing<'_>) -> Result<StepEnd, Refusal> {
        Ok(failed(&not_mine(doing.step)))
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;
    use crate::domain::action::step::Template;

    fn step(address: String) -> Planned {
        Planned {
            kind: StepKind::Tcp {
                address: Template::plain(address),
            },
            limit: Some(1),
            save: None,
            again: None,
            batch: None,
        }
    }

    #[tokio::test]
    async fn a_door_is_open_or_shut_and_what_is_neither_is_not_known() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap().to_string();
        let read = Doors.read(&step(at.clone())).await.unwrap();
        assert_eq!(read["open"], Value::Int(1));
        assert!(read.contains_key("ms"));
        drop(listener);
        let read = Doors.read(&step(at)).await.unwrap();
        assert_eq!(read["open"], Value::Int(0), "a refusal is proof");
        let nowhere = Doors.read(&step("nowhere.invalid:1".to_owned())).await;
        assert_eq!(nowhere.unwrap_err().id(), "unreadable");
    }
}
