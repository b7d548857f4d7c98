//! Programs of the tests' own that take the terminal and break: this binary run again by `ends.rs`, inside a terminal.
//!
//! They are ignored by name, since they are no tests: on their own they would prove nothing and take the terminal of
//! whoever runs them. Without the variable that `ends.rs` sets they fail and say so.

use std::{
    io::{Read, stdin},
    thread,
};

use quarterdeck::runtime::{hooks, terminal::Taken};

/// Set by whoever runs one of these on a terminal made for it.
pub const CHILD: &str = "QUARTERDECK_TEST_CHILD";

/// What they say when they break.
pub const BROKEN: &str = "the test broke this thread on purpose";

fn take() -> Taken {
    assert!(
        std::env::var_os(CHILD).is_some(),
        "this is half of a test in ends.rs and runs only there"
    );
    hooks::install();
    let mut taken = Taken::take(true).expect("a terminal");
    taken
        .terminal
        .draw(|frame| frame.render_widget("drawn-by-the-child", frame.area()))
        .expect("a frame");
    taken
}

#[test]
#[ignore = "half of a test in ends.rs, which runs it on a terminal"]
fn panics_where_it_draws() {
    let _taken = take();
    panic!("{BROKEN}");
}

#[test]
#[ignore = "half of a test in ends.rs, which runs it on a terminal"]
fn panics_elsewhere() {
    let mut taken = take();
    let worker = thread::spawn(|| panic!("{BROKEN}"));
    assert!(worker.join().is_err());
    taken
        .terminal
        .draw(|frame| frame.render_widget("drawn after the panic", frame.area()))
        .expect("a frame");
    // The other half looks at the screen, then types a key.
    stdin().read_exact(&mut [0]).expect("a key");
}
