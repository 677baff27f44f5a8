package zone

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"wit_component/client"
	"wit_component/maquette_plugin_credentials"
	. "wit_component/maquette_dns_dns"
	errors "wit_component/maquette_plugin_types"

	"go.bytecodealliance.org/pkg/wit/types"
)

// API is the server's; ../README.md is its specification.
type API struct {
	base          string
	authorization string
	deadlineMs    uint64
}

type page struct {
	Items []Item  `json:"items"`
	Next  *string `json:"next"`
}

// NewAPI reads the configuration.
func NewAPI(ctx Context) (*API, error) {
	var config struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal([]byte(ctx.Config), &config); err != nil {
		return nil, invalid("config", err.Error())
	}
	// A placeholder: the host puts the token in its place on the way out.
	placeholder := maquette_plugin_credentials.HeaderValue("token")
	if placeholder.IsErr() {
		return nil, refuse(errors.MakeErrorUnauthorized("the credential `token` is not given"))
	}
	return &API{strings.TrimRight(config.URL, "/"), placeholder.Ok(), ctx.DeadlineMs}, nil
}

// Zones of the server.
func (a *API) Zones() ([]Zone, error) {
	var zones []struct{ Name, ID string }
	if _, err := a.send("GET", "/zones", nil, nil, &zones); err != nil {
		return nil, err
	}
	all := make([]Zone, len(zones))
	for position, zone := range zones {
		name, err := CanonicalName(zone.Name, "zone", "")
		if err != nil {
			return nil, err
		}
		all[position] = Zone{Name: name, Id: zone.ID}
	}
	return all, nil
}

// Sets are the record sets of these names, page after page.
func (a *API) Sets(zone string, names []string) ([]Item, error) {
	var items []Item
	query := url.Values{"name": names}
	for len(names) > 0 {
		found, err := a.list(zone, query)
		if err != nil {
			return nil, err
		}
		items = append(items, found.Items...)
		if found.Next == nil {
			break
		}
		query.Set("cursor", *found.Next)
	}
	return items, nil
}

// Owned is a page of what is owned.
func (a *API) Owned(zone, prefix, cursor string) (page, error) {
	query := url.Values{"ownerPrefix": {prefix}}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	return a.list(zone, query)
}

func (a *API) list(zone string, query url.Values) (page, error) {
	var found page
	_, err := a.send("GET", "/zones/"+url.PathEscape(zone)+"/records?"+query.Encode(), nil, nil, &found)
	return found, err
}

// Find one record set; nil where there is none.
func (a *API) Find(zone, name string, kind RecordType) (*Item, error) {
	items, err := a.Sets(zone, []string{name})
	return page{Items: items}.find(kind), err
}

// Write says whether it was stored, and what is there now. The expectation is a version; empty: nothing at all.
func (a *API) Write(zone string, records RecordSet, owner, expect string) (bool, *Item, error) {
	condition := client.Header{Name: "if-match", Value: expect}
	if expect == "" {
		condition = client.Header{Name: "if-none-match", Value: "*"}
	}
	body := map[string]any{"ttl": records.Ttl, "values": records.Values, "owner": owner}
	return a.conditional("PUT", zone, records.Name, records.Kind, condition, body)
}

// Remove says whether it is gone, and what is there otherwise.
func (a *API) Remove(zone, name string, kind RecordType, expect string) (bool, *Item, error) {
	done, item, err := a.conditional("DELETE", zone, name, kind, client.Header{Name: "if-match", Value: expect}, nil)
	if err != nil && Meaning(err).Tag() == errors.Error_NotFound {
		return true, nil, nil
	}
	return done, item, err
}

func (a *API) conditional(method, zone, name string, kind RecordType, condition client.Header, body any) (bool, *Item, error) {
	path := "/zones/" + url.PathEscape(zone) + "/records/" + url.PathEscape(name) + "/" + kinds[kind]
	var item *Item
	status, err := a.send(method, path, []client.Header{condition}, body, &item)
	return status != 412, item, err
}

// send makes one request and reads its answer into `into`. An answer of 412 is no error.
func (a *API) send(method, path string, headers []client.Header, body, into any) (uint16, error) {
	headers = append(headers, client.Header{Name: "authorization", Value: a.authorization})
	var data []byte
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return 0, err
		}
		headers = append(headers, client.Header{Name: "content-type", Value: "application/json"})
	}
	answer, err := client.Send(method, a.base+path, headers, data, a.deadlineMs)
	if err != nil {
		if err == client.ErrDenied {
			return 0, refuse(errors.MakeErrorForbidden(err.Error()))
		}
		return 0, transient(fmt.Sprintf("%s %s: %v", method, path, err), wit_types.None[uint64]())
	}
	if answer.Status != 412 && (answer.Status < 200 || answer.Status > 299) {
		return answer.Status, meaning(answer)
	}
	if len(answer.Body) == 0 {
		return answer.Status, nil
	}
	if err := json.Unmarshal(answer.Body, into); err != nil {
		return 0, transient(fmt.Sprintf("the server's answer is not what it promises: %v", err), wit_types.None[uint64]())
	}
	return answer.Status, nil
}

// meaning is the contract's error for an answer that is no success.
func meaning(answer client.Answer) error {
	said := fmt.Sprintf("the server answered %d: %.300s", answer.Status, answer.Body)
	wait := wit_types.None[uint64]()
	if seconds, err := strconv.ParseUint(answer.Headers["retry-after"], 10, 32); err == nil {
		wait = wit_types.Some(seconds * 1000)
	}
	switch {
	case answer.Status == 401:
		return refuse(errors.MakeErrorUnauthorized(said))
	case answer.Status == 403:
		return refuse(errors.MakeErrorForbidden(said))
	case answer.Status == 404:
		return refuse(errors.MakeErrorNotFound(said))
	case answer.Status == 429:
		return refuse(errors.MakeErrorRateLimited(wait.SomeOr(1000)))
	case answer.Status >= 500:
		return transient(said, wait)
	}
	return refuse(errors.MakeErrorOther(said))
}
