//! Clients of servers inside the containers of services, as pods have them.

use futures::{FutureExt, future::BoxFuture};

use super::Composes;
use crate::runtime::executors::{
    inside::{Inside, InsideCall, InsideError, InsideRan, Room},
    output::Ears,
    program::{Ended, run},
    step::why,
};

impl Inside for Composes {
    fn run(&self, call: InsideCall) -> BoxFuture<'_, Result<InsideRan, InsideError>> {
        self.in_room(call).boxed()
    }
}

impl Composes {
    async fn in_room(&self, call: InsideCall) -> Result<InsideRan, InsideError> {
        let Room::Service { place, service } = &call.room else {
            let why = "it is in no service of compose".to_owned();
            return Err(InsideError::NotStarted(why));
        };
        let not_started = |refusal| InsideError::NotStarted(why(&refusal));
        let asked = self.looked_at(place, service).map_err(not_started)?;
        let (compose, state) = self.found(&asked).await.map_err(not_started)?;
        if !state.runs() {
            // What compose says of it then differs from version to version.
            let why = format!("{} is {}", asked.target(), state.word());
            return Err(InsideError::NotStarted(why));
        }
        let mut own = vec!["exec", "-T", asked.service.as_str()];
        own.extend(call.argv.iter().map(String::as_str));
        let args = compose.args(&own);
        let mut program = self
            .host
            .call(asked.place, &compose.program, args, call.within);
        let stdin = String::from_utf8(call.stdin);
        program.stdin =
            Some(stdin.map_err(|_| InsideError::NotStarted("its input is no text".to_owned()))?);
        let ran = run(&program, Ears::default(), None).await;
        let cut = ran.out.overflow || ran.err.overflow;
        let (out, err) = (ran.out.text.into_bytes(), ran.err.text.into_bytes());
        match ran.ended {
            Ended::Exited(rc) => Ok(InsideRan { rc, out, err, cut }),
            Ended::NotStarted(why) => Err(InsideError::NotStarted(why)),
            Ended::Lost(why) => Err(InsideError::Lost(why)),
            other => Err(InsideError::Lost(format!(
                "it did not end by itself: {other:?}"
            ))),
        }
    }
}
