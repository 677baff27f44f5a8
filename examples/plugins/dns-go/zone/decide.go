package zone

import (
	"slices"

	. "wit_component/maquette_dns_dns"
)

// Apply says what becomes of one change: the new etag, empty after a deletion. The server compares and sets, so each
// write is safe by itself.
func Apply(api *API, zone string, change Change, path string) (string, error) {
	var owner string
	var records RecordSet
	switch change.Tag() {
	case Change_Delete:
		return remove(api, zone, change.Delete(), path)
	case Change_Create:
		owner, records = change.Create().Owner, change.Create().Records
	default:
		owner, records = change.Replace().Owner, change.Replace().Records
	}
	if owner == "" {
		return "", invalid(path+".owner", "an owner has a name")
	}
	records, err := Canonical(records, path+".records", zone)
	if err != nil {
		return "", err
	}
	if change.Tag() == Change_Create {
		return create(api, zone, records, owner)
	}
	return replace(api, zone, records, owner, change.Replace().Expect)
}

func create(api *API, zone string, records RecordSet, owner string) (string, error) {
	item, err := api.Find(zone, records.Name, records.Kind)
	switch {
	case err != nil:
		return "", err
	case item == nil:
		return writeExactly(api, zone, records, owner, "")
	case item.is(records, owner):
		return item.Version, nil
	case item.isOwnedBy(owner) && len(item.Values) == 0:
		// An owner mark without its records is ours and is repaired.
		return writeExactly(api, zone, records, owner, item.Version)
	}
	return "", conflict(item)
}

func replace(api *API, zone string, records RecordSet, owner, expect string) (string, error) {
	item, err := api.Find(zone, records.Name, records.Kind)
	if err != nil {
		return "", err
	}
	if item.is(records, owner) {
		// Also when this is a repetition and the expectation is out of date.
		return item.Version, nil
	}
	if !item.isOwnedBy(owner) || item.Version != expect {
		return "", conflict(item)
	}
	return writeExactly(api, zone, records, owner, expect)
}

func writeExactly(api *API, zone string, records RecordSet, owner, expect string) (string, error) {
	done, item, err := api.Write(zone, records, owner, expect)
	if err != nil {
		return "", err
	}
	if !done {
		return "", conflict(item)
	}
	return item.Version, nil
}

func remove(api *API, zone string, deletion Deletion, path string) (string, error) {
	if deletion.Owner == "" {
		return "", invalid(path+".owner", "an owner has a name")
	}
	name, err := CanonicalName(deletion.Name, path+".name", zone)
	if err != nil {
		return "", err
	}
	item, err := api.Find(zone, name, deletion.Kind)
	if err != nil || item == nil {
		return "", err
	}
	if !item.isOwnedBy(deletion.Owner) {
		return "", conflict(item)
	}
	done, now, err := api.Remove(zone, name, deletion.Kind, item.Version)
	if err != nil || done {
		return "", err
	}
	return "", conflict(now)
}

func (p page) find(kind RecordType) *Item {
	at := slices.IndexFunc(p.Items, func(item Item) bool { return item.Kind == kinds[kind] })
	if at < 0 {
		return nil
	}
	return &p.Items[at]
}
