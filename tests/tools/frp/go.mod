module maquette.dev/tools/frp

go 1.24.0

require github.com/fatedier/frp v0.65.0
