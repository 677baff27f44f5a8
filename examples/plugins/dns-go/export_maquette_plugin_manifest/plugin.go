// Package export_maquette_plugin_manifest says what the plugin is.
package export_maquette_plugin_manifest

import (
	. "wit_component/maquette_plugin_manifest"

	"go.bytecodealliance.org/pkg/wit/types"
)

const schema = `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["url"],
  "properties": {
    "url": {
      "type": "string",
      "format": "uri",
      "pattern": "^https?://[^/?#@]+(/[^?#]*)?$",
      "description": "Base URL of the server, for example ` + "`https://zones.example.com`" + `."
    }
  }
}`

// Describe is run once, when the plugin is built.
func Describe() Description {
	return Description{
		Name:         "memory-zone-go",
		Version:      "0.1.0",
		Summary:      "Keeps record sets in a server of zones in memory; written in Go",
		DocsUrl:      wit_types.None[string](),
		ConfigSchema: schema,
		Credentials: []Credential{{
			Name:        "token",
			Description: "The token that the server was started with",
			Placement:   MakePlacementBearer(),
			Group:       wit_types.None[string](),
		}},
		Hosts: []Host{MakeHostFromConfig("/url")},
	}
}
