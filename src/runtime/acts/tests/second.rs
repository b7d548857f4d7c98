//! A second person's signature, from the paste to the launch.

use super::*;
use crate::{domain::action::refusal::Unsigned, runtime::approval::testkit::Keys};

#[tokio::test]
async fn a_signature_that_is_pasted_is_kept_and_lets_one_run_go() {
    let keys = Keys::of(&["li", "wang"]);
    let bed = bed_with(|ledger| ledger, keys.list());
    let two = Plan {
        persons: 2,
        ..plan(1)
    };
    let mut acts = Acts::of(Arc::clone(&bed.means));
    let asked = Arc::new(two.clone());
    let mut answer = async |act: Act| {
        acts.carry_out(act);
        loop {
            if let Some(Acted::Agreed { plan, answer }) = acts.next().await {
                assert_eq!(plan, asked.digest());
                return answer;
            }
        }
    };
    let paste = |name: &str| Act::Sign {
        plan: Arc::new(two.clone()),
        text: keys.signed(&two, name, bed.now()),
    };
    let who = "li".to_owned();
    let same = Refusal::NotSigned {
        because: Unsigned::Same { who },
    };
    assert_eq!(answer(paste("li")).await, Err(same));
    let names = answer(Act::Agreed(Arc::new(two.clone()))).await;
    assert_eq!(names, Ok(Vec::new()), "what does not count is not kept");
    let refusal = bed.launch(two.clone()).await.unwrap_err();
    assert_eq!(refusal.id(), "persons");
    let wang = Ok(vec!["wang".to_owned()]);
    assert_eq!(answer(paste("wang")).await, wang);
    assert_eq!(answer(Act::Agreed(Arc::new(two.clone()))).await, wang);
    let run = bed.launch(two.clone()).await.unwrap();
    bed.world.write(&run, &testkit::outcome(Verdict::Verified));
    // It held for that run.
    let refusal = bed.launch(two.clone()).await.unwrap_err();
    assert_eq!(refusal.id(), "persons");
    assert_eq!(bed.started(), 1);
}
