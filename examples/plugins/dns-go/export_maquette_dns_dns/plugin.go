// Package export_maquette_dns_dns is what the host calls.
//
//	plugin.go          the exports
//	../zone/decide.go  what becomes of a change
//	../zone/records.go one representation for every record set; pure
//	../zone/api.go     the server's requests
//	../client          one request over wasi:http, because there are no sockets
package export_maquette_dns_dns

import (
	"fmt"

	. "wit_component/maquette_dns_dns"
	"wit_component/zone"

	"go.bytecodealliance.org/pkg/wit/types"
)

// Zones that the credential can change.
func Zones(ctx Context) wit_types.Result[[]Zone, Error] {
	return answer(func() ([]Zone, error) {
		api, err := zone.NewAPI(ctx)
		if err != nil {
			return nil, err
		}
		return api.Zones()
	})
}

// Normalize gives the record sets as the server would return them.
func Normalize(_ Context, records []RecordSet) wit_types.Result[[]RecordSet, Error] {
	return answer(func() ([]RecordSet, error) {
		normal := make([]RecordSet, len(records))
		for position, each := range records {
			var err error
			if normal[position], err = zone.Canonical(each, fmt.Sprintf("records[%d]", position), ""); err != nil {
				return nil, err
			}
		}
		return normal, nil
	})
}

// Observe gives the record sets of these names.
func Observe(ctx Context, of string, names []string) wit_types.Result[[]Observed, Error] {
	return answer(func() ([]Observed, error) {
		of, err := zone.CanonicalName(of, "zone", "")
		if err != nil {
			return nil, err
		}
		wanted := make([]string, len(names))
		for position, name := range names {
			if wanted[position], err = zone.CanonicalName(name, fmt.Sprintf("names[%d]", position), of); err != nil {
				return nil, err
			}
		}
		api, err := zone.NewAPI(ctx)
		if err != nil {
			return nil, err
		}
		items, err := api.Sets(of, wanted)
		return observed(items), err
	})
}

// Apply makes the changes; one refused change says nothing of the others.
func Apply(ctx Context, of string, changes []Change) wit_types.Result[[]wit_types.Result[string, Error], Error] {
	return answer(func() ([]wit_types.Result[string, Error], error) {
		of, err := zone.CanonicalName(of, "zone", "")
		if err != nil {
			return nil, err
		}
		api, err := zone.NewAPI(ctx)
		if err != nil {
			return nil, err
		}
		outcomes := make([]wit_types.Result[string, Error], len(changes))
		for position, change := range changes {
			outcomes[position] = answer(func() (string, error) {
				return zone.Apply(api, of, change, fmt.Sprintf("changes[%d]", position))
			})
		}
		return outcomes, nil
	})
}

// ListOwned gives the record sets whose owner starts with this prefix, page by page.
func ListOwned(ctx Context, of string, prefix string, cursor wit_types.Option[string]) wit_types.Result[Page, Error] {
	return answer(func() (Page, error) {
		of, err := zone.CanonicalName(of, "zone", "")
		if err != nil {
			return Page{}, err
		}
		api, err := zone.NewAPI(ctx)
		if err != nil {
			return Page{}, err
		}
		page, err := api.Owned(of, prefix, cursor.SomeOr(""))
		return Page{Items: observed(page.Items), Next: zone.Optional(page.Next)}, err
	})
}

func observed(items []zone.Item) []Observed {
	all := make([]Observed, len(items))
	for position, item := range items {
		all[position] = Observed{Records: item.Records(), Owner: zone.Optional(item.Owner), Etag: item.Version}
	}
	return all
}

// answer turns Go's two results into the contract's one.
func answer[T any](work func() (T, error)) wit_types.Result[T, Error] {
	value, err := work()
	if err != nil {
		return wit_types.Err[T, Error](zone.Meaning(err))
	}
	return wit_types.Ok[T, Error](value)
}
