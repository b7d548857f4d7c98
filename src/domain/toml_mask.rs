//! A file of settings as errors may show it: keys stand, values don't, since one of them may be a secret.

use std::ops::Range;

/// What stands inside brackets decides what a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// On a line of its own: a header, or a key with its value.
    Line,
    /// `{ key = value }`
    Table,
    /// `[value, value]`
    Array,
}

/// What of a file may be seen beside its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    Nothing,
    /// Just these bytes.
    Just(Range<usize>),
    /// The whole value that begins before this byte and ends after it.
    ValueAt(usize),
}

/// The text with every value and comment covered, byte for byte, but for what may be seen.
pub fn masked(text: &str, shown: Shown) -> String {
    let mut mask = Mask {
        text,
        out: text.as_bytes().to_vec(),
        at: 0,
        shown,
    };
    mask.file();
    String::from_utf8(mask.out).expect("whole characters are covered by ASCII")
}

/// The value at a place, without its quotes.
pub fn value_at<'t>(text: &'t str, at: &Range<usize>) -> &'t str {
    let whole = text.get(at.clone()).unwrap_or_default();
    whole.trim_matches(|c| c == '"' || c == '\'')
}

struct Mask<'a> {
    text: &'a str,
    out: Vec<u8>,
    at: usize,
    shown: Shown,
}

impl Mask<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn cover(&mut self, range: Range<usize>, with: u8) {
        let just = match &self.shown {
            Shown::Just(just) => just.clone(),
            Shown::ValueAt(at) if range.contains(at) => return,
            Shown::Nothing | Shown::ValueAt(_) => 0..0,
        };
        for at in range {
            let byte = &mut self.out[at];
            if !just.contains(&at) && *byte != b'\n' && *byte != b'\r' {
                *byte = with;
            }
        }
    }

    fn skip(&mut self, blank: impl Fn(char) -> bool) {
        let left = self.rest().trim_start_matches(&blank).len();
        self.at = self.text.len() - left;
    }

    fn file(&mut self) {
        while self.at < self.text.len() {
            self.skip(char::is_whitespace);
            match self.peek() {
                None => {}
                Some('#') => self.comment(),
                Some('[') => self.header(),
                Some(_) => self.pair(Inside::Line),
            }
        }
    }

    fn line_end(&self) -> usize {
        self.rest()
            .find('\n')
            .map_or(self.text.len(), |end| self.at + end)
    }

    fn comment(&mut self) {
        let end = self.line_end();
        self.cover(self.at..end, b' ');
        self.at = end;
    }

    /// `[a.b]`, and nothing else on its line.
    fn header(&mut self) {
        let end = self.line_end();
        let line = &self.text[self.at..end];
        let close = line.rfind(']').map_or(0, |close| close + 1);
        // What is no header, such as a list that lost its key, is a value.
        let is_header = close > 0 && !line[..close].contains([',', '=']);
        let from = if is_header { self.at + close } else { self.at };
        self.cover(from..end, b'*');
        self.at = end;
    }

    /// `key = value`; where no `=` follows what looks like a key, all of the line is covered but its first word.
    fn pair(&mut self, inside: Inside) {
        let end = self.key_end();
        let blank = |c: char| c == ' ' || c == '\t';
        let after = self.text[end..].trim_start_matches(blank);
        let start = self.at;
        if after.starts_with('=') {
            self.at = self.text.len() - after.len() + 1;
            self.skip(blank);
            self.value(inside);
            return;
        }
        let stop = self.line_end();
        let word = self.text[start..stop]
            .find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-' && c != '.');
        self.cover(word.map_or(stop, |word| start + word)..stop, b'*');
        self.at = stop;
    }

    /// Where a key ends that begins here: `a.b."c d"`.
    fn key_end(&self) -> usize {
        let mut at = self.at;
        loop {
            let rest = &self.text[at..];
            let mut chars = rest.char_indices();
            match chars.next() {
                Some((_, quote @ ('"' | '\''))) => {
                    let close = rest[1..]
                        .find([quote, '\n'])
                        .map_or(rest.len(), |end| end + 2);
                    at = (at + close).min(self.text.len());
                }
                Some((_, c)) if c.is_alphanumeric() || "_-.".contains(c) => at += c.len_utf8(),
                _ => return at,
            }
        }
    }

    fn value(&mut self, inside: Inside) {
        match self.peek() {
            Some('[') => self.several(Inside::Array, ']'),
            Some('{') => self.several(Inside::Table, '}'),
            Some('"' | '\'') => self.string(),
            Some(_) => self.bare(inside),
            None => {}
        }
        if inside == Inside::Line {
            // What follows on the line is no part of anything.
            let end = self.line_end();
            if let Some(rest) = self.text[self.at..end].find(|c: char| !c.is_whitespace()) {
                let from = self.at + rest;
                let with = if self.text[from..].starts_with('#') {
                    b' '
                } else {
                    b'*'
                };
                self.cover(from..end, with);
            }
            self.at = end;
        }
    }

    fn several(&mut self, inside: Inside, close: char) {
        self.at += 1;
        loop {
            self.skip(|c| c.is_whitespace() || c == ',');
            match self.peek() {
                None => return,
                Some(c) if c == close => {
                    self.at += 1;
                    return;
                }
                Some('#') => self.comment(),
                Some(_) if inside == Inside::Table => {
                    let end = self.key_end();
                    let after = self.text[end..].trim_start();
                    if end > self.at && after.starts_with('=') {
                        self.at = self.text.len() - after.len() + 1;
                        self.skip(char::is_whitespace);
                        self.value(inside);
                    } else {
                        self.bare(inside);
                    }
                }
                Some(_) => self.value(inside),
            }
        }
    }

    fn string(&mut self) {
        let rest = self.rest();
        let quote = &rest[..1];
        let thrice = quote.repeat(3);
        let start = self.at;
        let (lead, end) = if rest.starts_with(&thrice) {
            (3, closing(rest, 3, &thrice, false))
        } else {
            (1, closing(rest, 1, quote, true))
        };
        let closed = end.is_some();
        let stop = end.map_or_else(
            || {
                if lead == 3 {
                    self.text.len()
                } else {
                    self.line_end()
                }
            },
            |end| start + end,
        );
        let text_end = if closed { stop - lead } else { stop };
        let range = (start + lead).min(text_end)..text_end;
        // A place at the quotes means the value too.
        let is_meant = matches!(self.shown, Shown::ValueAt(at) if (start..stop).contains(&at));
        if !is_meant {
            self.cover(range, b'*');
        }
        self.at = stop;
    }

    /// A number, a date, a word that is none of these.
    fn bare(&mut self, inside: Inside) {
        let ends: &[char] = match inside {
            Inside::Line => &['\n', '#'],
            Inside::Table => &['\n', '#', ',', '}'],
            Inside::Array => &['\n', '#', ',', ']'],
        };
        let length = self.rest().find(ends).unwrap_or(self.rest().len());
        let text = self.rest()[..length].trim_end();
        let range = self.at..self.at + text.len();
        if !matches!(text, "true" | "false") {
            self.cover(range, b'*');
        }
        self.at += length.max(1).min(self.rest().len());
    }
}

/// The byte after the closing quotes of a string that begins with `lead` of them.
fn closing(text: &str, lead: usize, quotes: &str, one_line: bool) -> Option<usize> {
    let escapes = quotes.starts_with('"');
    let mut at = lead;
    loop {
        let rest = &text[at..];
        if rest.starts_with(quotes) {
            return Some(at + quotes.len());
        }
        let mut chars = rest.chars();
        match chars.next()? {
            '\n' if one_line => return None,
            '\\' if escapes => at += 1 + chars.next().map_or(0, char::len_utf8),
            c => at += c.len_utf8(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_stand_and_values_do_not() {
        for (text, wanted) in [
            ("a = \"hunter2\"\n", "a = \"*******\"\n"),
            ("[secret.db] # hunter2\n", "[secret.db]**********\n"),
            ("a.\"b c\" = 'x' # y\n", "a.\"b c\" = '*'    \n"),
            (
                "run = [{ sql = \"select 1\", n = 12, ok = true }, [1]]\n",
                "run = [{ sql = \"********\", n = **, ok = true }, [*]]\n",
            ),
            (
                "a = \"\"\"\nfirst\nsecond\"\"\"\nb = 1\n",
                "a = \"\"\"\n*****\n******\"\"\"\nb = *\n",
            ),
            ("a = \"hunter2\nb = 1\n", "a = \"*******\nb = *\n"),
            ("password: hunter2\n", "password*********\n"),
            ("hunter2", "hunter2"),
            ("a = { b = \"x\\\"y\" }", "a = { b = \"****\" }"),
            ("a = \"密码\"", "a = \"******\""),
        ] {
            assert_eq!(masked(text, Shown::Nothing), wanted, "{text}");
        }
    }

    #[test]
    fn the_value_that_is_meant_stands() {
        let text = "a = \"one\"\nb = { c = \"two\", d = \"three\" }\n";
        let at = text.find("two").unwrap();
        assert_eq!(
            masked(text, Shown::ValueAt(at + 1)),
            "a = \"***\"\nb = { c = \"two\", d = \"*****\" }\n"
        );
        assert_eq!(
            masked(text, Shown::Just(at + 1..at + 2)),
            "a = \"***\"\nb = { c = \"*w*\", d = \"*****\" }\n"
        );
    }

    proptest! {
        #[test]
        fn no_secret_is_left_however_broken_the_file_is(
            before in "[a-z =\\[\\]{},\"'#\n.\\\\]{0,30}",
            after in "[a-z =\\[\\]{},\"'#\n]{0,10}",
        ) {
            let text = format!("{before}\nkey = \"HUNTER22\" {after}");
            // What stands before may open a quote that makes this line a part of something else: it is covered all the same,
            // or the quote closed and the line stands as it is read.
            let out = masked(&text, Shown::Nothing);
            prop_assert_eq!(out.len(), text.len());
            prop_assert!(!out.contains("HUNTER22"), "{}", out);
        }
    }
}
