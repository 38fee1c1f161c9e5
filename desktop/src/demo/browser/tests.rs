use super::form::{Form, attribute, text_of};

const PAGE: &str = r#"<body><nav>elsewhere</nav><main id="main"><h1>New &amp; old</h1>
<form action="/search"><input name="q" value=""></form>
<form method="post" action="/admin/users/new">
<input type="hidden" name="csrf" value="a&quot;b">
<input type="text" name="user_id" value="">
<input type="checkbox" name="default" value="on" checked>
<input type="checkbox" name="other" value="on">
<input type="radio" name="kind" value="card"><input type="radio" name="kind" value="smartphone" checked>
<select name="state"><option value="x">X</option><option value="y" selected>Y</option></select>
<button name="then" value="done">Done</button> <button name="then" value="key">Done and assign</button>
</form></main></body>"#;

#[test]
fn a_form_is_found_by_its_fields_and_keeps_what_it_holds() {
    let form = Form::find(PAGE, &[("user_id", "")]).unwrap();
    assert!(form.post);
    assert_eq!(form.action.as_deref(), Some("/admin/users/new"));
    assert_eq!(
        form.filled(&[("user_id", "ü 1")]),
        "csrf=a%22b&default=on&kind=smartphone&state=y&user_id=%C3%BC+1"
    );
}

#[test]
fn a_pressed_button_is_sent_along() {
    let form = Form::with_button(PAGE, "Done and assign").unwrap();
    assert!(form.filled(&[]).ends_with("&then=key"));
    assert!(Form::with_button(PAGE, "Delete").is_none());
}

#[test]
fn a_page_says_what_stands_in_its_main_part() {
    assert!(text_of(PAGE).contains("New & old"));
    assert!(!text_of(PAGE).contains("elsewhere"));
    assert_eq!(attribute(r#"<main id="main""#, "id").as_deref(), Some("main"));
}
