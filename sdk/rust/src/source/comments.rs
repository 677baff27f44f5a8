//! Comments that are kept up to date: found by their first line and their author, changed in their place, and written once.
//! A plugin brings the requests ([`Comments`]); the rules are here.

use super::{Comment, Place};
use crate::error::{Error, Result};

/// A comment as it is at the forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The forge's identifier.
    pub id: String,
    /// Login of its author.
    pub author: String,
    /// Its source, with the hidden parts.
    pub body: String,
    /// URL for people.
    pub url: Option<String>,
}

/// The requests about the comments of one change.
pub trait Comments {
    /// The login that the credential writes with.
    ///
    /// # Errors
    /// The forge's.
    fn me(&self) -> Result<String>;

    /// All comments of the change.
    ///
    /// # Errors
    /// The forge's.
    fn all(&self) -> Result<Vec<Written>>;

    /// Writes a comment.
    ///
    /// # Errors
    /// The forge's.
    fn write(&self, body: &str) -> Result<Written>;

    /// Changes a comment.
    ///
    /// # Errors
    /// The forge's.
    fn change(&self, id: &str, body: &str) -> Result<()>;

    /// Deletes a comment.
    ///
    /// # Errors
    /// The forge's. [`Error::NotFound`] is a success.
    fn remove(&self, id: &str) -> Result<()>;
}

/// The line that a comment with this marker starts with. It is hidden where Markdown is rendered.
pub fn mark(marker: &str) -> String {
    format!("<!-- {marker} -->")
}

/// Writes the comment if there is none, and changes it if it differs.
///
/// # Errors
/// Those of the requests.
pub fn upsert(forge: &impl Comments, comment: &Comment) -> Result<Place> {
    let body = format!("{}\n{}", mark(&comment.marker), comment.body);
    let Some(known) = ours(forge, &comment.marker)?.into_iter().next() else {
        return forge.write(&body).map(Place::from);
    };
    if known.body != body {
        forge.change(&known.id, &body)?;
    }
    Ok(known.into())
}

/// Deletes the comments with this marker. Absent ones are deleted already, also where the change does not exist.
///
/// # Errors
/// Those of the requests.
pub fn delete(forge: &impl Comments, marker: &str) -> Result<()> {
    let absent = |error| match error {
        Error::NotFound(_) => Ok(()),
        error => Err(error),
    };
    let found = match ours(forge, marker) {
        Ok(found) => found,
        Err(error) => return absent(error),
    };
    let mut found = found.iter();
    found.try_for_each(|comment| forge.remove(&comment.id).or_else(absent))
}

/// The comments with this marker that are ours: every user who may comment can write the marker as well.
fn ours(forge: &impl Comments, marker: &str) -> Result<Vec<Written>> {
    let mark = mark(marker);
    let mut found = forge.all()?;
    found.retain(|comment| comment.body.lines().next() == Some(&mark));
    if !found.is_empty() {
        let me = forge.me()?;
        found.retain(|comment| comment.author == me);
    }
    Ok(found)
}

impl From<Written> for Place {
    fn from(comment: Written) -> Self {
        Self {
            id: comment.id,
            url: comment.url,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::{Comments, Written, delete, mark, upsert};
    use crate::error::{Error, Result};
    use crate::source::Comment;

    #[derive(Default)]
    struct Forge {
        there: RefCell<Vec<Written>>,
        writes: RefCell<usize>,
    }

    impl Forge {
        fn with(author: &str, body: &str) -> Self {
            let forge = Self::default();
            forge.there.borrow_mut().push(Written {
                id: "1".into(),
                author: author.into(),
                body: body.into(),
                url: None,
            });
            forge
        }
    }

    impl Comments for Forge {
        fn me(&self) -> Result<String> {
            Ok("maquette".into())
        }
        fn all(&self) -> Result<Vec<Written>> {
            Ok(self.there.borrow().clone())
        }
        fn write(&self, body: &str) -> Result<Written> {
            *self.writes.borrow_mut() += 1;
            let written = Written {
                id: (self.there.borrow().len() + 1).to_string(),
                author: "maquette".into(),
                body: body.into(),
                url: None,
            };
            self.there.borrow_mut().push(written.clone());
            Ok(written)
        }
        fn change(&self, id: &str, body: &str) -> Result<()> {
            *self.writes.borrow_mut() += 1;
            let mut there = self.there.borrow_mut();
            let found = there.iter_mut().find(|comment| comment.id == id);
            body.clone_into(&mut found.unwrap().body);
            Ok(())
        }
        fn remove(&self, id: &str) -> Result<()> {
            self.there.borrow_mut().retain(|comment| comment.id != id);
            Err(Error::NotFound("it was deleted meanwhile".into()))
        }
    }

    fn comment(body: &str) -> Comment {
        Comment {
            change: "7".into(),
            marker: "m".into(),
            body: body.into(),
            known: None,
        }
    }

    #[test]
    fn a_comment_is_written_once_changed_in_its_place_and_deleted() {
        let forge = Forge::default();
        let first = upsert(&forge, &comment("a")).unwrap();
        assert_eq!(upsert(&forge, &comment("a")).unwrap(), first);
        assert_eq!(*forge.writes.borrow(), 1);
        assert_eq!(upsert(&forge, &comment("b")).unwrap(), first);
        assert_eq!(forge.there.borrow()[0].body, "<!-- m -->\nb");
        delete(&forge, "m").unwrap();
        assert!(forge.there.borrow().is_empty());
    }

    #[test]
    fn a_comment_of_another_author_or_with_the_marker_elsewhere_stays() {
        let marked = format!("{}\ntext", mark("m"));
        let quoted = format!("quote:\n{}", mark("m"));
        for (author, body) in [("mallory", marked), ("maquette", quoted)] {
            let forge = Forge::with(author, &body);
            upsert(&forge, &comment("a")).unwrap();
            delete(&forge, "m").unwrap();
            let there = forge.there.borrow();
            assert_eq!((there.len(), &there[0].body), (1, &body));
        }
    }
}
