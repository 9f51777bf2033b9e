//! The rendering and the order of mistakes.

use super::{Mistake, Mistakes, SourceText};

fn render(mistake: Mistake, width: usize) -> String {
    Mistakes::from(mistake).render(false, width)
}

#[test]
fn a_mistake_is_shown_with_its_line_and_a_caret() {
    let source = SourceText::new("a.toml", "x = 1\nyy = 2\nz = 3\n");
    let mistake = source.mistake(6..8, "unknown key `yy`").with_label("did you mean `y`?".to_owned());
    assert_eq!(
        render(mistake.with_help("keys are y"), 80),
        "error: unknown key `yy`\n\n  a.toml:2:1\n   1 │ x = 1\n   2 │ yy = 2\n     │ ^^ did you mean `y`?\n   3 │ z = 3\n\n\
         help: keys are y\n"
    );
}

#[test]
fn a_mistake_without_a_place_has_a_hint() {
    let mistake = Mistake::in_file("INFLIGHT_FPS", "`INFLIGHT_FPS` is zero");
    let expected = "error: `INFLIGHT_FPS` is zero\nhint: write `20`\n";
    assert_eq!(render(mistake.clone().with_label("write `20`".to_owned()), 80), expected);
    assert_eq!(render(mistake.clone().with_help("write `20`"), 80), expected);
    assert_eq!(render(mistake.with_help(""), 80), "error: `INFLIGHT_FPS` is zero\n");
}

#[test]
fn no_byte_of_a_file_controls_the_terminal_and_no_span_is_out_of_range() {
    let text = format!("{}\u{1b}[31m = 1", "x".repeat(500));
    let source = SourceText::new("a\u{1b}.toml", &text);
    for span in [0..text.len(), 499..502, 505..900, 9000..9001] {
        let shown = render(source.mistake(span, "bad \u{1b}").with_label("\u{1b}".to_owned()), 60);
        assert!(!shown.contains('\u{1b}'), "{shown}");
        assert!(shown.lines().all(|line| line.chars().count() <= 62), "{shown}");
    }
}

#[test]
fn mistakes_are_sorted_and_shown_once() {
    let source = SourceText::new("a.toml", "abc");
    let list = vec![source.mistake(1..2, "b"), source.mistake(0..1, "a"), source.mistake(1..2, "b")];
    let mistakes = Mistakes::check(list).unwrap_err();
    assert_eq!(mistakes.list().len(), 2);
    assert_eq!(mistakes.to_string(), "a, and 1 more mistake");
    assert_eq!(Mistakes::check(Vec::new()), Ok(()));
}
