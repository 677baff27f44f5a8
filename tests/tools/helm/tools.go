//go:build tools

// Package tools pins the helm program that the test cluster runs.
package tools

import (
	_ "helm.sh/helm/v3/cmd/helm"
)
