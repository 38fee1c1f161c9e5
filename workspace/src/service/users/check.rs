//! What may be typed into the wizard.

use crate::{
    data::users::folded,
    model::NewUser,
    service::{FieldError, ServiceError},
};

/// The most characters of each field.
const USER_ID: usize = 64;
const NAME: usize = 128;
const USER_NAME: usize = 64;
const GROUP_NAME: usize = 64;
/// RFC 5321 §4.5.3.1.3, without the angle brackets.
const EMAIL: usize = 254;
/// The most groups of a user.
const GROUPS: usize = 100;

/// The information without blanks around it, or all that is wrong with it.
pub(crate) fn check(new: &NewUser) -> Result<NewUser, ServiceError> {
    let mut errors = Vec::new();
    let mut field = |field, text: &str, longest| match line(text, longest) {
        Ok(text) => text,
        Err(message) => {
            errors.push(FieldError::new(field, message));
            String::new()
        }
    };
    let user_id = field("user_id", &new.user_id, USER_ID);
    let name = field("name", &new.name, NAME);
    let user_name = field("user_name", &new.user_name, USER_NAME);
    if user_name.contains(char::is_whitespace) {
        errors.push(FieldError::new("user_name", "a user name has no blanks"));
    }
    let email = new.email.as_deref().map(str::trim).filter(|email| !email.is_empty());
    if let Some(email) = email {
        // An address can be quoted to have blanks; that is more often a mistake.
        let is_address = email.len() <= EMAIL
            && !email.contains(|char: char| char.is_whitespace() || is_hidden(char))
            && email.parse::<lettre::Address>().is_ok();
        if !is_address {
            let message = "this is no e-mail address: it should be like name@example.org";
            errors.push(FieldError::new("email", message));
        }
    }
    let mut groups: Vec<String> = Vec::new();
    for group in new.groups.iter().filter(|group| !group.trim().is_empty()) {
        match check_group_name(group) {
            Ok(group) if groups.iter().any(|other| folded(other) == folded(&group)) => {}
            Ok(group) => groups.push(group),
            Err(message) => {
                errors.push(FieldError::new("groups", message));
                break;
            }
        }
    }
    if groups.len() > GROUPS {
        let message = format!("a user is in {GROUPS} groups at most");
        errors.push(FieldError::new("groups", message));
    }
    if !errors.is_empty() {
        return Err(ServiceError::Invalid(errors));
    }
    Ok(NewUser { user_id, name, email: email.map(str::to_owned), user_name, groups })
}

/// A group's name without blanks around it, or what is wrong with it.
pub(crate) fn check_group_name(name: &str) -> Result<String, String> {
    let name = line(name, GROUP_NAME)?;
    // Files list a user's groups like that.
    if name.contains(';') { Err("a group's name has no semicolon".to_owned()) } else { Ok(name) }
}

/// One line of 1 to `longest` characters, all of them visible.
pub(crate) fn line(text: &str, longest: usize) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("this is needed".to_owned());
    }
    if text.chars().count() > longest {
        return Err(format!("this is longer than {longest} characters"));
    }
    if text.contains(is_hidden) {
        return Err("this has characters that cannot be seen: type it anew".to_owned());
    }
    Ok(text.to_owned())
}

/// Control characters, and those that turn the direction of text, by which one name can be made to
/// look like another.
fn is_hidden(char: char) -> bool {
    // Joiners (200c, 200d) belong to how some languages write names.
    char.is_control()
        || matches!(char, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
