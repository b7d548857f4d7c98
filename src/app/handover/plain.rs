//! Markdown, as far as handovers use it, and the same as plain text.

/// Signs that mean something in Markdown within a line.
const SIGNS: [char; 9] = ['\\', '`', '*', '_', '|', '<', '>', '[', ']'];

/// A text none of whose signs mean anything in Markdown.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut before = None;
    while let Some(c) = chars.next() {
        // Within a word an underscore means nothing.
        let within = c == '_'
            && before.is_some_and(char::is_alphanumeric)
            && chars.peek().is_some_and(|next| next.is_alphanumeric());
        let leads = before.is_none() && matches!(c, '#' | '-' | '+');
        if (SIGNS.contains(&c) && !within) || leads {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
    out
}

/// A line of plain text, and whether it is a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainLine {
    pub heading: bool,
    pub text: String,
}

/// The lines of a Markdown text without its signs: headings, lists, tables of two columns, emphasis.
pub fn lines(markdown: &str) -> Vec<PlainLine> {
    let mut lines = Vec::new();
    for line in markdown.lines() {
        let trimmed = line.trim_end();
        // The head of a table says nothing that its rows don't.
        if is_rule(trimmed) {
            lines.pop();
            continue;
        }
        let hashes = trimmed.chars().take_while(|c| *c == '#').count();
        let heading = (1..=6).contains(&hashes) && trimmed[hashes..].starts_with(' ');
        let text = if heading {
            bare(trimmed[hashes..].trim_start())
        } else if trimmed.starts_with('|') {
            row(trimmed)
        } else {
            bare(trimmed)
        };
        lines.push(PlainLine { heading, text });
    }
    lines
}

/// The same as one text.
pub fn plain(markdown: &str) -> String {
    let lines = lines(markdown).into_iter();
    lines.map(|line| line.text + "\n").collect()
}

/// The line between the head of a table and its rows.
fn is_rule(line: &str) -> bool {
    line.starts_with('|') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// `| a | b |` as `a: b`.
fn row(line: &str) -> String {
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for c in line.trim_matches(' ').chars().skip(1) {
        if c == '|' && !escaped {
            cells.push(String::new());
        } else if let Some(cell) = cells.last_mut() {
            cell.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    let cells = cells.iter().map(|cell| bare(cell.trim()));
    let cells: Vec<String> = cells.filter(|cell| !cell.is_empty()).collect();
    cells.join(": ")
}

/// Without emphasis, and with what was escaped as it is.
fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next()),
            '*' | '`' => {}
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_table_reads_as_lines() {
        let text =
            "# Day\n\n| field | what |\n| --- | --- |\n| batch | a\\|b **c** |\n\n- `x_y`: 1\n";
        assert_eq!(plain(text), "Day\n\nbatch: a|b c\n\n- x_y: 1\n");
        assert!(lines(text)[0].heading);
        assert!(!lines("#1 is no heading")[0].heading);
    }

    #[test]
    fn what_is_escaped_is_read_back() {
        for text in ["# no heading", "a|b", "*x*", "glancy_flag `y`", "\\", "_a_"] {
            let told = format!("it: {}", escaped(text));
            assert_eq!(plain(&told), format!("it: {text}\n"), "{told}");
        }
        assert_eq!(escaped("export_worker-1"), "export_worker-1");
    }

    proptest! {
        #[test]
        fn no_text_from_outside_changes_the_form(text in "[^\\p{Cc}]{0,40}") {
            let told = format!("| field | x{} |", escaped(&text));
            let expected = format!("field: x{}", text.trim_end());
            let lines = lines(&told);
            prop_assert_eq!(lines[0].text.trim_end(), expected.trim_end());
        }
    }
}
