// Package zone keeps record sets in the server.
package zone

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	. "wit_component/maquette_dns_dns"
)

// The server's shortest and DNS's longest time to live (RFC 2181, section 8), in seconds.
const (
	minTTL = 60
	maxTTL = 1<<31 - 1
)

var (
	label = regexp.MustCompile(`^[a-z0-9_-]{1,63}$`)
	kinds = []string{"a", "aaaa", "cname", "txt"}
)

// Item is a record set as the server writes it.
type Item struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`
	TTL     uint32   `json:"ttl"`
	Values  []string `json:"values"`
	Owner   *string  `json:"owner"`
	Version string   `json:"version"`
}

// Records is the record set in the contract's form.
func (i Item) Records() RecordSet {
	return RecordSet{Name: i.Name, Kind: RecordType(slices.Index(kinds, i.Kind)), Ttl: i.TTL, Values: i.Values}
}

func (i *Item) isOwnedBy(owner string) bool { return i != nil && i.Owner != nil && *i.Owner == owner }

func (i *Item) is(records RecordSet, owner string) bool {
	return i.isOwnedBy(owner) && i.Name == records.Name && i.Kind == kinds[records.Kind] &&
		i.TTL == records.Ttl && slices.Equal(i.Values, records.Values)
}

// CanonicalName is lower case, without the final dot, and within the zone where one is given.
func CanonicalName(text, path, zone string) (string, error) {
	name := strings.ToLower(strings.TrimSuffix(text, "."))
	labels := strings.Split(name, ".")
	if labels[0] == "*" && len(labels) > 1 {
		labels = labels[1:]
	}
	if len(name) > 253 || slices.ContainsFunc(labels, func(each string) bool { return !label.MatchString(each) }) {
		return "", invalid(path, fmt.Sprintf("`%s` is no domain name, for example `www.example.com`", text))
	}
	if zone != "" && name != zone && !strings.HasSuffix(name, "."+zone) {
		return "", invalid(path, fmt.Sprintf("`%s` is not within the zone `%s`; use a name that ends with `.%s`", name, zone, zone))
	}
	return name, nil
}

// Canonical has a canonical name and canonical values, sorted, each once.
func Canonical(records RecordSet, path, zone string) (RecordSet, error) {
	name, err := CanonicalName(records.Name, path+".name", zone)
	if err != nil {
		return records, err
	}
	if records.Ttl > maxTTL {
		return records, invalid(path+".ttl", fmt.Sprintf("%d is more than %d seconds", records.Ttl, maxTTL))
	}
	values := make([]string, len(records.Values))
	for position, value := range records.Values {
		if values[position], err = canonicalValue(records.Kind, value, fmt.Sprintf("%s.values[%d]", path, position)); err != nil {
			return records, err
		}
	}
	slices.Sort(values)
	values = slices.Compact(values)
	if len(values) == 0 {
		return records, invalid(path+".values", "a record set needs at least one value")
	}
	if records.Kind == RecordType_Cname && len(values) > 1 {
		return records, invalid(path+".values", "a name has at most one canonical name")
	}
	return RecordSet{Name: name, Kind: records.Kind, Ttl: max(records.Ttl, minTTL), Values: values}, nil
}

func canonicalValue(kind RecordType, value, path string) (string, error) {
	switch kind {
	case RecordType_Txt:
		return value, nil
	case RecordType_Cname:
		return CanonicalName(value, path, "")
	}
	address, err := netip.ParseAddr(value)
	if err != nil || address.Zone() != "" || address.Is4() != (kind == RecordType_A) {
		return "", invalid(path, fmt.Sprintf("`%s` is no address of this type", value))
	}
	return address.String(), nil
}
