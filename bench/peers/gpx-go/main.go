// Reads a GPX file with gpxgo as often as it is told and prints the milliseconds of CPU of each time and the points.
package main

import (
	"fmt"
	"os"
	"strconv"
	"syscall"

	"github.com/tkrajina/gpxgo/gpx"
)

func main() {
	bytes, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	repeats, _ := strconv.Atoi(os.Args[2])
	for i := 0; i < repeats; i++ {
		from := cpuMs()
		document, err := gpx.ParseBytes(bytes)
		if err != nil {
			panic(err)
		}
		fmt.Println(cpuMs()-from, document.GetTrackPointsNo())
	}
	fmt.Println("peak", usage().Maxrss/1024)
}

func usage() (usage syscall.Rusage) {
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return
}

func cpuMs() float64 {
	now := usage()
	return float64(now.Utime.Nano()+now.Stime.Nano()) / 1e6
}
