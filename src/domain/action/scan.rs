//! `SCAN` of Redis without a cursor: page after page to its end, which `KEYS` would stop the whole server for.

/// What stands after `SCAN` where no cursor does, pair by pair; `None`: it is another command, or one page.
pub fn to_its_end(argv: &[String]) -> Option<&[String]> {
    let (first, rest) = argv.split_first()?;
    let one_page = rest.first().is_some_and(|word| word.parse::<u64>().is_ok());
    (first.eq_ignore_ascii_case("SCAN") && !one_page).then_some(rest)
}

/// What such a scan may be told.
pub const OPTIONS: [&str; 3] = ["MATCH", "COUNT", "TYPE"];
