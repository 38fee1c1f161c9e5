//! The entities of WebAuthn §5.4 as CTAP carries them: relying party, user, credential descriptor.

#[cfg(test)]
mod tests;

use super::{
    cbor::{Key, Reader, Writer},
    status::Status,
};

/// The longest `user.id` (WebAuthn §5.4.3), in bytes.
pub const MAX_USER_ID: usize = 64;

/// The longest `name` or `displayName` that is kept, in bytes; longer ones are cut at a character
/// (WebAuthn §6.4.1 allows it from 64 bytes on).
pub const MAX_NAME: usize = 256;

/// `PublicKeyCredentialRpEntity`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RpEntity<'a> {
    /// The RP ID.
    pub id: &'a str,
    /// The name that the relying party gives itself.
    pub name: Option<&'a str>,
}

impl<'a> RpEntity<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, Status> {
        let (mut id, mut name) = (None, None);
        reader.map(|key, reader| -> Result<(), Status> {
            match key {
                Key::Text("id") => id = Some(reader.text()?),
                Key::Text("name") => name = Some(cut(reader.text()?)),
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        Ok(Self { id: id.ok_or(Status::MissingParameter)?, name })
    }
}

/// `PublicKeyCredentialUserEntity`, owned because it is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserEntity {
    /// The relying party's handle for the account, 1 to 64 bytes.
    pub id: Vec<u8>,
    /// A name that a person recognises, such as an e-mail address.
    pub name: Option<String>,
    /// A friendlier name.
    pub display_name: Option<String>,
}

impl UserEntity {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Status> {
        let (mut id, mut name, mut display_name) = (None, None, None);
        reader.map(|key, reader| -> Result<(), Status> {
            match key {
                Key::Text("id") => id = Some(reader.bytes()?.to_vec()),
                Key::Text("name") => name = kept(reader.text()?),
                Key::Text("displayName") => display_name = kept(reader.text()?),
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        let id = id.ok_or(Status::MissingParameter)?;
        if id.len() > MAX_USER_ID {
            return Err(Status::InvalidLength);
        }
        Ok(Self { id, name, display_name })
    }

    /// Writes the entity; without `names`, only the identifier (CTAP 2.3 §6.2.2: names go out
    /// only after user verification).
    pub(crate) fn write(&self, names: bool, out: &mut Writer) {
        out.map(|map| {
            map.text("id", |value| value.bytes(&self.id));
            if let Some(name) = self.name.as_deref().filter(|_| names) {
                map.text("name", |value| value.text(name));
            }
            if let Some(name) = self.display_name.as_deref().filter(|_| names) {
                map.text("displayName", |value| value.text(name));
            }
        });
    }
}

impl UserEntity {
    /// Other names for the same account; absent and empty ones are removed.
    pub(crate) fn rename(&mut self, name: Option<&str>, display_name: Option<&str>) {
        self.name = name.and_then(kept);
        self.display_name = display_name.and_then(kept);
    }
}

/// An empty name says nothing and is treated as absent (CTAP 2.3 §6.8.6).
fn kept(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| cut(name).to_owned())
}

fn cut(name: &str) -> &str {
    let mut end = name.len().min(MAX_NAME);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.get(..end).unwrap_or_default()
}

/// Reads a `PublicKeyCredentialDescriptor`: its ID, or `None` for a type other than `public-key`.
pub(crate) fn read_descriptor<'a>(reader: &mut Reader<'a>) -> Result<Option<&'a [u8]>, Status> {
    let (mut id, mut kind) = (None, None);
    reader.map(|key, reader| -> Result<(), Status> {
        match key {
            Key::Text("id") => id = Some(reader.bytes()?),
            Key::Text("type") => kind = Some(reader.text()?),
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    let id = id.ok_or(Status::MissingParameter)?;
    let kind = kind.ok_or(Status::MissingParameter)?;
    Ok((kind == "public-key").then_some(id))
}

pub(crate) fn write_descriptor(id: &[u8], out: &mut Writer) {
    out.map(|map| {
        map.text("id", |value| value.bytes(id));
        map.text("type", |value| value.text("public-key"));
    });
}
