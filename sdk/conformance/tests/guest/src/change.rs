//! Looks, decides and writes, one change after the other. Every write has a precondition on what was seen.

use maquette_sdk::dns::{Change, Creation, Deletion, RecordSet, RecordType, Replacement};
use maquette_sdk::{Context, Error, Result};

use crate::api::{Api, Item};
use crate::{Config, normal};

const ABSENT: Option<(&str, &str)> = Some(("If-None-Match", "*"));

pub fn apply(
    ctx: &Context<Config>,
    api: &Api,
    zone: &str,
    changes: &[Change],
) -> Result<Vec<Result<String>>> {
    let fault = ctx.config.fault.as_str();
    let one = One { fault, api, zone };
    let mut outcomes = Vec::new();
    for (number, change) in changes.iter().enumerate() {
        let stopped = fault == "in_a_half_failed_batch_each_change_has_its_outcome"
            && outcomes.last().is_some_and(Result::is_err);
        let cut = fault == "a_large_batch_is_made_whole" && number >= 20;
        outcomes.push(if stopped {
            Err(Error::Other("an earlier change failed".to_owned()))
        } else if cut {
            Err(Error::Quota("too many".to_owned()))
        } else {
            one.change(change)
        });
    }
    Ok(outcomes)
}

struct One<'a> {
    fault: &'a str,
    api: &'a Api<'a>,
    zone: &'a str,
}

impl One<'_> {
    fn change(&self, change: &Change) -> Result<String> {
        match change {
            Change::Create(Creation { records, owner }) => {
                let records = normal(records, "records")?;
                self.create(&records, owner)
            }
            Change::Replace(Replacement {
                records,
                owner,
                expect,
            }) => {
                let records = normal(records, "records")?;
                self.replace(&records, owner, expect)
            }
            Change::Delete(Deletion { name, kind, owner }) => self.delete(name, *kind, owner),
        }
    }

    fn is(&self, fault: &str) -> bool {
        self.fault == fault
    }

    fn find(&self, name: &str, kind: RecordType) -> Result<Option<Item>> {
        let found = self.api.find(self.zone, &[name.to_owned()])?;
        Ok(found.into_iter().find(|item| item.kind() == kind))
    }

    fn create(&self, records: &RecordSet, owner: &str) -> Result<String> {
        let Some(found) = self.find(&records.name, records.kind)? else {
            return self.put_new(records, owner);
        };
        match found.owner.as_deref() {
            None if self.is("creating_what_exists_without_an_owner_is_a_conflict") => {
                self.put(records, owner, &found)
            }
            // The fault's own creation, cut off in its middle.
            None if self.is("records_are_never_there_before_their_mark")
                && found.records() == *records =>
            {
                self.put(records, owner, &found)
            }
            None => Err(Error::conflict(None)),
            Some(_)
                if found.values.is_empty()
                    && self.is("a_mark_without_its_records_keeps_others_away") =>
            {
                self.put(records, owner, &found)
            }
            Some(other) if other != owner => {
                let silent = self
                    .is("creating_what_another_owns_is_a_conflict_that_names_the_owner")
                    && !found.values.is_empty();
                Err(Error::conflict((!silent).then_some(other)))
            }
            Some(_) if found.values.is_empty() => {
                if self.is("a_mark_without_its_records_is_repaired_by_its_owner") {
                    return Err(Error::conflict(Some(owner)));
                }
                self.put(records, owner, &found)
            }
            Some(_) if found.records() == *records => {
                if self.is("creating_the_same_twice_writes_once") {
                    return self.put(records, owner, &found);
                }
                Ok(found.etag(self.fault))
            }
            Some(_) if self.is("creating_over_ones_own_is_a_conflict") => {
                self.put(records, owner, &found)
            }
            Some(_) => Err(Error::conflict(Some(owner))),
        }
    }

    fn put_new(&self, records: &RecordSet, owner: &str) -> Result<String> {
        let blind = self.is("what_appeared_meanwhile_is_not_overwritten");
        let expect = if blind { None } else { ABSENT };
        let owner_now = (!self.is("records_are_never_there_before_their_mark")).then_some(owner);
        match self.api.put(self.zone, records, owner_now, expect) {
            Ok(bare) if bare.owner.is_none() => self.put(records, owner, &bare),
            Ok(_) if self.is("what_is_created_is_there_with_its_owner_and_etag") => {
                Ok("new".to_owned())
            }
            Ok(item) => Ok(item.etag(self.fault)),
            Err(error) if error.is_passing() && self.is("what_was_not_written_is_not_claimed") => {
                Ok(String::new())
            }
            Err(error) if self.is("a_change_whose_answer_is_lost_can_be_repeated") => Err(error),
            Err(error) => self.settle(records, owner, error),
        }
    }

    /// An earlier attempt may have arrived although its answer did not: what is there decides.
    fn settle(&self, records: &RecordSet, owner: &str, error: Error) -> Result<String> {
        if !matches!(error, Error::Conflict(_)) {
            return Err(error);
        }
        match self.find(&records.name, records.kind)? {
            Some(found) if found.records() == *records && found.owner.as_deref() == Some(owner) => {
                Ok(found.etag(self.fault))
            }
            Some(found)
                if found.owner.is_none()
                    && self.is("records_are_never_there_before_their_mark") =>
            {
                self.put(records, owner, &found)
            }
            Some(found) => Err(Error::conflict(found.owner.as_deref())),
            None => Err(error),
        }
    }

    fn put(&self, records: &RecordSet, owner: &str, found: &Item) -> Result<String> {
        let expect = Some(("If-Match", found.version.as_str()));
        let item = self.api.put(self.zone, records, Some(owner), expect)?;
        Ok(item.etag(self.fault))
    }

    fn replace(&self, records: &RecordSet, owner: &str, expect: &str) -> Result<String> {
        let Some(found) = self.find(&records.name, records.kind)? else {
            if self.is("replacing_what_is_absent_is_a_conflict") {
                return self.put_new(records, owner);
            }
            return Err(Error::conflict(None));
        };
        match found.owner.as_deref() {
            None if self.is("replacing_what_nobody_owns_is_a_conflict") => {
                self.put(records, owner, &found)
            }
            None => Err(Error::conflict(None)),
            Some(other) if other != owner => {
                if self.is("replacing_what_another_owns_is_a_conflict_that_names_the_owner") {
                    return self.put(records, owner, &found);
                }
                Err(Error::conflict(Some(other)))
            }
            Some(_)
                if self.is("replacing_with_the_current_etag_changes_the_records")
                    && records.values == ["192.0.2.2"] =>
            {
                // It keeps the time to live and loses the values: nothing is written that was asked for.
                let mut wrong = records.clone();
                wrong.values.push("192.0.2.99".to_owned());
                self.check(&found, owner, expect)?;
                self.put(&wrong, owner, &found)
            }
            Some(_) if self.is("replacing_with_a_stale_etag_is_a_conflict") => {
                self.put(records, owner, &found)
            }
            Some(_) if self.is("what_changed_meanwhile_is_not_overwritten") => {
                self.check(&found, owner, expect)?;
                Ok(self
                    .api
                    .put(self.zone, records, Some(owner), None)?
                    .etag(self.fault))
            }
            Some(_) => {
                self.check(&found, owner, expect)?;
                self.put(records, owner, &found)
            }
        }
    }

    fn check(&self, found: &Item, owner: &str, expect: &str) -> Result<()> {
        if found.etag(self.fault) == expect {
            Ok(())
        } else {
            Err(Error::conflict(Some(owner)))
        }
    }

    fn delete(&self, name: &str, kind: RecordType, owner: &str) -> Result<String> {
        let Some(found) = self.find(name, kind)? else {
            if self.is("deleting_what_is_absent_succeeds") {
                return Err(Error::NotFound(name.to_owned()));
            }
            return Ok(String::new());
        };
        match found.owner.as_deref() {
            None if !self.is("deleting_what_nobody_owns_is_a_conflict") => {
                return Err(Error::conflict(None));
            }
            Some(other)
                if other != owner
                    && !self
                        .is("deleting_what_another_owns_is_a_conflict_that_names_the_owner") =>
            {
                return Err(Error::conflict(Some(other)));
            }
            _ => {}
        }
        if self.is("a_deletion_leaves_nothing_behind") {
            let bare = RecordSet {
                values: Vec::new(),
                ..found.records()
            };
            self.put(&bare, owner, &found)?;
            return Ok(String::new());
        }
        if self.is("the_types_of_a_name_are_apart") {
            for item in self.api.find(self.zone, &[name.to_owned()])? {
                self.api.delete(self.zone, &item)?;
            }
        }
        self.api.delete(self.zone, &found)?;
        Ok(String::new())
    }
}
