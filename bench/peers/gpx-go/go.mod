module cairn-bench-peer

go 1.20

require github.com/tkrajina/gpxgo v1.4.0

require (
	golang.org/x/net v0.0.0-20210614182718-04defd469f4e // indirect
	golang.org/x/text v0.3.6 // indirect
)
