//go:build tools

// Package tools pins the coredns program that the test cluster runs.
package tools

import (
	_ "github.com/coredns/coredns"
)
