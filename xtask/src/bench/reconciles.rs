//! The reconciles of a workspace's life by kind, beside the writes and the changes that explain them.

use std::collections::BTreeMap;

use super::audit::{Request, count, summary};
use super::counters::ByLabel;
use super::figure::{Figure, Section, short};

/// The reconciles of many lives.
pub(super) struct Reconciles<'a> {
    /// By kind.
    pub(super) by_kind: ByLabel,
    /// By result.
    pub(super) by_result: ByLabel,
    /// The operator's requests in these lives.
    pub(super) own: &'a [Request],
    /// The requests of all others in these lives.
    pub(super) others: &'a [Request],
    pub(super) lives: f64,
}

impl Reconciles<'_> {
    pub(super) fn told(&self, section: &mut Section) {
        let all: f64 = self.by_kind.values().sum();
        let own = count(writes(self.own));
        let others = count(writes(self.others));
        section.add(
            Figure::told("reconciles per life, all kinds", short(all / self.lives))
                .with(listed(&self.by_kind, self.lives)),
        );
        section.add(Figure::told(
            "  by result",
            listed(&self.by_result, self.lives),
        ));
        section.add(Figure::told(
            "  changes that others make, per life",
            short(others / self.lives),
        ));
        section.note(self.table());
        section.note(format!(
            "A reconcile follows a change that the operator did not make itself, an own write to an object of another kind, or \
             a time that a plan asked for. Per life others make {} changes and the operator {}: {} reconciles for each \
             change. Changes of others: {}.",
            short(others / self.lives),
            short(own / self.lives),
            short(all / (own + others)),
            summary(writes(self.others), self.lives),
        ));
    }

    /// The reconciles of each kind beside the operator's writes to its objects.
    fn table(&self) -> String {
        let mut text = "| kind | reconciles per life | the operator's writes to its objects | writes per reconcile |\n\
             |---|---|---|---|\n"
            .to_owned();
        for (kind, reconciles) in &self.by_kind {
            let written = count(writes(self.own).filter(|request| is_of(request, kind)));
            text.extend([format!(
                "| {kind} | {} | {} | {} |\n",
                short(reconciles / self.lives),
                short(written / self.lives),
                short(written / reconciles)
            )]);
        }
        text.trim_end().to_owned()
    }
}

fn writes(requests: &[Request]) -> impl Iterator<Item = &Request> {
    requests.iter().filter(|request| request.is_write())
}

/// Whether a request is about objects of this kind: every kind of the operator has a regular plural.
fn is_of(request: &Request, kind: &str) -> bool {
    let resource = request.resource.split('/').next().unwrap_or_default();
    resource.strip_suffix('s') == Some(kind.to_lowercase().as_str())
}

/// `Component 12, Workspace 8`, the most frequent first.
fn listed(counts: &BTreeMap<String, f64>, per: f64) -> String {
    let mut counts: Vec<_> = counts.iter().collect();
    counts.sort_by(|one, other| other.1.total_cmp(one.1));
    let texts = counts
        .into_iter()
        .map(|(key, count)| format!("{key} {}", short(count / per)));
    texts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(verb: &str, resource: &str) -> Request {
        Request {
            verb: verb.to_owned(),
            resource: resource.to_owned(),
            namespace: "life-0".to_owned(),
            at: jiff::Timestamp::UNIX_EPOCH,
            code: 200,
        }
    }

    #[test]
    fn reconciles_stand_beside_the_writes_of_their_kind() {
        let own =
            ["components", "components/status", "services"].map(|name| request("patch", name));
        let others = [request("patch", "pods/status"), request("list", "pods")];
        let by_kind = [("Component", 6.0), ("Workspace", 2.0)];
        let reconciles = Reconciles {
            by_kind: by_kind.map(|(kind, count)| (kind.to_owned(), count)).into(),
            by_result: [("success".to_owned(), 8.0)].into(),
            own: &own,
            others: &others,
            lives: 2.0,
        };
        let mut section = Section::default();
        reconciles.told(&mut section);
        let measured: Vec<_> = section
            .figures
            .iter()
            .map(|figure| figure.measured.as_str())
            .collect();
        assert_eq!(
            measured,
            ["4 (Component 3, Workspace 1)", "success 4", "0.5"]
        );
        let rows: Vec<_> = section
            .notes
            .iter()
            .flat_map(|note| note.lines())
            .skip(2)
            .take(2)
            .collect();
        assert_eq!(
            rows,
            ["| Component | 3 | 1 | 0.33 |", "| Workspace | 1 | 0 | 0 |"]
        );
    }
}
