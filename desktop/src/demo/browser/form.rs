//! Forms, read off the text of a page. The pages are the panel's own: attributes are quoted with
//! double quotes, and nothing is left open.

/// A form, and what it would send as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Where it goes; none: to the page itself.
    pub action: Option<String>,
    /// Whether it is posted.
    pub post: bool,
    /// Every field that can be filled in.
    names: Vec<String>,
    /// Names and values, in their order.
    values: Vec<(String, String)>,
}

impl Form {
    /// The first form that has all these fields.
    pub fn find(html: &str, fields: &[(&str, &str)]) -> Option<Self> {
        forms(html).map(|(tag, inside)| Self::read(tag, inside, None)).find(|form| {
            fields.iter().all(|(name, _)| form.names.iter().any(|known| known == name))
        })
    }

    /// The form with a button of this text, which is then sent along.
    pub fn with_button(html: &str, button: &str) -> Option<Self> {
        forms(html)
            .find(|(_, inside)| buttons(inside).any(|(_, text)| text == button))
            .map(|(tag, inside)| Self::read(tag, inside, Some(button)))
    }

    /// The body: what the form holds, with these fields in place of its own.
    pub fn filled(&self, fields: &[(&str, &str)]) -> String {
        let kept = self
            .values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, _)| fields.iter().all(|(other, _)| other != name));
        let pairs: Vec<_> = kept
            .chain(fields.iter().copied())
            .map(|(name, value)| format!("{}={}", percent(name), percent(value)))
            .collect();
        pairs.join("&")
    }

    fn read(tag: &str, inside: &str, button: Option<&str>) -> Self {
        let mut form = Self {
            action: attribute(tag, "action").filter(|action| !action.is_empty()),
            post: attribute(tag, "method")
                .is_some_and(|method| method.eq_ignore_ascii_case("post")),
            names: Vec::new(),
            values: Vec::new(),
        };
        let mut select = None;
        for tag in tags(inside) {
            let name = attribute(tag, "name");
            if let Some(name) = &name {
                form.names.push(name.clone());
            }
            let value = attribute(tag, "value");
            if tag.starts_with("<select") {
                select = name;
            } else if tag.starts_with("<option") {
                if let (Some(select), true) = (&select, has(tag, "selected")) {
                    form.values.push((select.clone(), value.unwrap_or_default()));
                }
            } else if let (true, Some(name)) = (tag.starts_with("<input"), name) {
                form.take_input(tag, name, value);
            }
        }
        let pressed = buttons(inside).find(|(_, text)| Some(*text) == button);
        if let Some((tag, _)) = pressed
            && let Some(name) = attribute(tag, "name")
        {
            form.values.push((name, attribute(tag, "value").unwrap_or_default()));
        }
        form
    }

    fn take_input(&mut self, tag: &str, name: String, value: Option<String>) {
        if has(tag, "disabled") {
            return;
        }
        match attribute(tag, "type").as_deref() {
            Some("checkbox" | "radio") if !has(tag, "checked") => {}
            Some("submit" | "file" | "button") => {}
            Some("checkbox" | "radio") => {
                self.values.push((name, value.unwrap_or_else(|| "on".to_owned())));
            }
            _ => self.values.push((name, value.unwrap_or_default())),
        }
    }
}

/// Every form: its tag, and what is inside.
fn forms(html: &str) -> impl Iterator<Item = (&str, &str)> {
    html.split("<form").skip(1).filter_map(|rest| {
        let (tag, inside) = rest.split_once('>')?;
        Some((tag, inside.split("</form").next()?))
    })
}

/// Every button: its tag, and its text.
fn buttons(html: &str) -> impl Iterator<Item = (&str, &str)> {
    html.split("<button").skip(1).filter_map(|rest| {
        let (tag, inside) = rest.split_once('>')?;
        Some((tag, inside.split("</button").next()?.trim()))
    })
}

/// Every tag, with its `<` and without its `>`.
pub fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.match_indices('<').filter_map(|(start, _)| {
        let rest = html.get(start..)?;
        rest.get(..rest.find('>')?)
    })
}

/// The value of an attribute.
pub fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = tag.get(start..)?.split('"').next()?;
    Some(unescaped(value))
}

fn has(tag: &str, attribute: &str) -> bool {
    tag.split_ascii_whitespace().any(|word| word.trim_end_matches('/') == attribute)
}

/// The text of a page: what stands between the tags of its body, blanks joined.
pub fn text_of(html: &str) -> String {
    let body = html.split_once("<main").map_or(html, |(_, body)| body);
    let mut text = String::new();
    for part in body.split('<').skip(usize::from(body.len() != html.len())) {
        let shown = part.split_once('>').map_or("", |(_, shown)| shown);
        text.push_str(shown);
        text.push(' ');
    }
    unescaped(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&lt;", "<")
        .replace("&#60;", "<")
        .replace("&gt;", ">")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

/// `application/x-www-form-urlencoded`.
fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => {
                char::from(byte).to_string()
            }
            b' ' => "+".to_owned(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
