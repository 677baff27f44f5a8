//! Constructors of what plugins answer.

use super::{Change, CloneAccess, CloneSecret, Login, Password, State, Trust, Webhook};

impl Change {
    /// An open change request with this number and commit. Set the other fields as the forge has them.
    pub fn new(
        id: impl Into<String>,
        head_sha: impl Into<String>,
        head_ref: impl Into<String>,
        trust: Trust,
    ) -> Self {
        Self {
            id: id.into(),
            title: String::new(),
            url: String::new(),
            author: String::new(),
            author_access: None,
            head_branch: String::new(),
            head_sha: head_sha.into(),
            head_ref: head_ref.into(),
            head_repository: None,
            trust,
            base_branch: String::new(),
            base_sha: None,
            labels: Vec::new(),
            draft: false,
            state: State::Open,
            updated: None,
        }
    }
}

impl CloneAccess {
    /// A clone that needs no login.
    pub fn anonymous(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            login: Login::Anonymous,
            also: Vec::new(),
        }
    }

    /// A clone with a user and a password.
    pub fn password(url: impl Into<String>, username: &str, secret: CloneSecret) -> Self {
        Self {
            url: url.into(),
            login: Login::Password(Password {
                username: username.to_owned(),
                secret,
            }),
            also: Vec::new(),
        }
    }
}

impl Webhook {
    /// The value of the header of this name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|header| header.name == name);
        found.map(|header| header.value.as_str())
    }
}
