#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use super::*;

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Written {
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

fn screen(live: bool) -> (Screen, Written, Written) {
    let (out, err) = (Written::default(), Written::default());
    (Screen::on(Box::new(out.clone()), Box::new(err.clone()), live), out, err)
}

#[test]
fn a_line_pushes_the_question_down() {
    let (screen, out, err) = screen(true);
    screen.line("first");
    assert_eq!((out.take().as_str(), err.take().as_str()), ("first\n", ""));
    screen.ask("Allow? ");
    screen.line("second");
    assert_eq!(out.take(), "second\n");
    assert_eq!(err.take(), "Allow? \r\x1b[2KAllow? ");
}

#[test]
fn a_countdown_leaves_the_cursor_where_the_person_types() {
    let (screen, _, err) = screen(true);
    screen.ask("Allow? (30 s) ");
    screen.ask("Allow? (29 s) ");
    assert_eq!(err.take(), "Allow? (30 s) \x1b7\rAllow? (29 s) \x1b8");
}

#[test]
fn a_withdrawn_question_disappears_and_an_answered_one_stays() {
    let (screen, _, err) = screen(true);
    screen.ask("Allow? ");
    screen.withdraw(false);
    assert_eq!(err.take(), "Allow? \r\x1b[2K");
    screen.ask("Allow? ");
    screen.withdraw(true);
    screen.withdraw(false);
    assert_eq!(err.take(), "Allow? ");
}

#[test]
fn what_is_no_terminal_gets_the_question_once_and_no_escapes() {
    let (screen, out, err) = screen(false);
    screen.ask("Allow? (30 s) ");
    screen.ask("Allow? (29 s) ");
    screen.line("line");
    screen.withdraw(false);
    assert_eq!(err.take(), "Allow? (30 s) \n");
    assert_eq!(out.take(), "line\n");
}
