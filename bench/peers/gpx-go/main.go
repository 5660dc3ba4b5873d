// Reads a GPX file with gpxgo as often as it is told and prints the milliseconds of each time and the points.
package main

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/tkrajina/gpxgo/gpx"
)

func main() {
	bytes, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	repeats, _ := strconv.Atoi(os.Args[2])
	for i := 0; i < repeats; i++ {
		from := time.Now()
		document, err := gpx.ParseBytes(bytes)
		if err != nil {
			panic(err)
		}
		fmt.Println(float64(time.Since(from).Microseconds())/1000, document.GetTrackPointsNo())
	}
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	fmt.Println("peak", usage.Maxrss/1024)
}
