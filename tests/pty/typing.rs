//! Text that is typed, full-width keys and Chinese among it.

use super::{home::Home, session::Start};

/// Where the cursor stands: row and column.
fn cursor(terminal: &super::terminal::Terminal) -> Option<(u16, u16)> {
    let screen = terminal.screen();
    (!screen.hide_cursor()).then(|| screen.cursor_position())
}

/// The row and the column of a text on the screen, in cells.
fn place(terminal: &super::terminal::Terminal, text: &str) -> Option<(u16, u16)> {
    let screen = terminal.screen();
    let (rows, columns) = screen.size();
    // The line that is typed in stands lowest; a title may name the filter too.
    (0..rows.get()).rev().find_map(|row| {
        let mut cells = Vec::new();
        for column in 0..columns.get() {
            let cell = screen.cell(row, column)?;
            cells.push((column, cell.contents().to_owned()));
        }
        let whole: String = cells.iter().map(|(_, text)| text.as_str()).collect();
        let before = whole.find(text)?;
        let mut length = 0;
        cells
            .iter()
            .find(|(_, text)| {
                length += text.len();
                length > before
            })
            .map(|(column, _)| (row, *column))
    })
}

#[test]
fn full_width_keys_work_and_the_cursor_stands_where_chinese_is_typed() {
    let home = Home::new().with("LANG", "zh_CN.UTF-8");
    let mut session = Start::of(&home, &["demo", "--scenario", "quiet"]).session();
    session.until("the demo in Chinese", |terminal| {
        terminal.has("lookup-api") && terminal.has("告警")
    });
    assert!(session.terminal().screen().hide_cursor());

    session.types("：");
    session.shows("┌ 命令");
    session.until("a cursor in the palette", |terminal| {
        cursor(terminal).is_some()
    });
    session.types("语言包");
    session.until("the cursor behind what was typed", |terminal| {
        let typed = place(terminal, "语言包");
        typed.is_some_and(|(row, column)| cursor(terminal) == Some((row, column + 6)))
    });
    session.types("\x1b");
    session.until("no cursor outside of inputs", |terminal| {
        cursor(terminal).is_none()
    });

    session.types("4／查询服务x");
    session.until("the cursor behind the filter's text", |terminal| {
        let typed = place(terminal, "查询服务x");
        typed.is_some_and(|(row, column)| cursor(terminal) == Some((row, column + 9)))
    });
    // To the left over a narrow and a wide character, then a wide one more.
    session.types("\x1b[D\x1b[D站");
    session.until("the cursor inside the filter's text", |terminal| {
        let typed = place(terminal, "查询服站务x");
        typed.is_some_and(|(row, column)| cursor(terminal) == Some((row, column + 8)))
    });
    // Pasted text is text: it holds no keys.
    session.types("\x05\x15\x1b[200~look\rup-q\x1b[201~");
    session.until("the paste in the filter", |terminal| {
        place(terminal, "up-q").is_some() && terminal.screen().alternate_screen()
    });
    session.types("\x1b");
    session.until("no cursor outside of inputs", |terminal| {
        cursor(terminal).is_none()
    });
    session.types("？");
    session.shows("按键");
    session.types("\x1b");
    session.hides("按键");
    session.types("q");
    assert_eq!(session.left(), "0");
}
