// The bindings are generated and committed, as is usual in Go; this is how they are made again:
//
//	cargo install wit-bindgen-cli --version 0.63.0 --locked
//	go generate .
package main

//go:generate wit-bindgen go --world memory-zone --out-dir . ../wit
