// Reads a FIT file again and again for a second with each Go reader, and prints the best time of each as JSON.
package main

import (
	"bytes"
	"encoding/json"
	"os"
	"time"

	"github.com/muktihari/fit/decoder"
	"github.com/tormoder/fit"
)

type result struct {
	Reader  string  `json:"reader"`
	Ms      float64 `json:"ms"`
	Records int     `json:"records"`
}

func best(name string, read func() (int, error)) result {
	shortest, records := time.Hour, 0
	for until := time.Now().Add(time.Second); time.Now().Before(until); {
		from := time.Now()
		n, err := read()
		if err != nil {
			panic(name + ": " + err.Error())
		}
		records = n
		if took := time.Since(from); took < shortest {
			shortest = took
		}
	}
	return result{name, float64(shortest.Microseconds()) / 1000, records}
}

func main() {
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	results := []result{
		best("muktihari/fit 0.26.1 (Go)", func() (int, error) {
			file, err := decoder.New(bytes.NewReader(data)).Decode()
			if err != nil {
				return 0, err
			}
			records := 0
			for i := range file.Messages {
				if file.Messages[i].Num == 20 {
					records++
				}
			}
			return records, nil
		}),
		best("tormoder/fit 0.15.0 (Go)", func() (int, error) {
			file, err := fit.Decode(bytes.NewReader(data))
			if err != nil {
				return 0, err
			}
			activity, err := file.Activity()
			if err != nil {
				return 0, err
			}
			return len(activity.Records), nil
		}),
	}
	_ = json.NewEncoder(os.Stdout).Encode(results)
}
