// Reads files that Cairn exported with other people's readers; prints one JSON object per file and reader.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"math"
	"os"
	"strings"

	"github.com/muktihari/fit/decoder"
	"github.com/muktihari/fit/profile/basetype"
	"github.com/muktihari/fit/profile/filedef"
	tormoder "github.com/tormoder/fit"
	"github.com/tkrajina/gpxgo/gpx"
)

func main() {
	out := json.NewEncoder(os.Stdout)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		path := lines.Text()
		data, err := os.ReadFile(path)
		check(err)
		for _, answer := range read(path[strings.LastIndex(path, ".")+1:], data) {
			answer["path"] = path
			check(out.Encode(answer))
		}
	}
}

type answer = map[string]any

func read(format string, data []byte) []answer {
	switch format {
	case "gpx":
		return []answer{readGpxgo(data)}
	case "fit":
		return []answer{readMuktihari(data), readTormoder(data)}
	default:
		return nil
	}
}

func readGpxgo(data []byte) answer {
	document, err := gpx.ParseBytes(data)
	check(err)
	segments := [][][]any{}
	add := func(points []gpx.GPXPoint) {
		rows := [][]any{}
		for _, p := range points {
			var ele, time any
			if p.Elevation.NotNull() {
				ele = p.Elevation.Value()
			}
			if !p.Timestamp.IsZero() {
				time = p.Timestamp.UnixMilli()
			}
			rows = append(rows, []any{p.Latitude, p.Longitude, ele, time})
		}
		segments = append(segments, rows)
	}
	name := ""
	for _, track := range document.Tracks {
		name = track.Name
		for _, segment := range track.Segments {
			add(segment.Points)
		}
	}
	for _, route := range document.Routes {
		name = route.Name
		add(route.Points)
	}
	return answer{"reader": "gpxgo", "name": name, "segments": segments}
}

func readMuktihari(data []byte) answer {
	file, err := decoder.New(bytes.NewReader(data)).Decode()
	check(err)
	activity := filedef.NewActivity(file.Messages...)
	rows := [][]any{}
	for _, r := range activity.Records {
		ele := number(r.EnhancedAltitudeScaled())
		if ele == nil {
			ele = number(r.AltitudeScaled())
		}
		var time any
		if !r.Timestamp.IsZero() {
			time = r.Timestamp.UnixMilli()
		}
		rows = append(rows, []any{
			number(r.PositionLatDegrees()), number(r.PositionLongDegrees()), ele, time,
			whole(float64(r.HeartRate), float64(basetype.Uint8Invalid)), whole(float64(r.Cadence), float64(basetype.Uint8Invalid)),
			whole(float64(r.Power), float64(basetype.Uint16Invalid)), whole(float64(r.Temperature), float64(basetype.Sint8Invalid)),
		})
	}
	s := activity.Sessions[0]
	session := []any{number(s.TotalDistanceScaled()), number(s.TotalElapsedTimeScaled()), number(s.TotalTimerTimeScaled()), s.Sport.String()}
	messages := map[string]int{}
	for _, m := range file.Messages {
		messages[m.Num.String()]++
	}
	return answer{"reader": "muktihari/fit", "rows": rows, "session": session, "messages": messages}
}

func readTormoder(data []byte) answer {
	file, err := tormoder.Decode(bytes.NewReader(data))
	check(err)
	activity, err := file.Activity()
	check(err)
	rows := [][]any{}
	for _, r := range activity.Records {
		ele := number(r.GetEnhancedAltitudeScaled())
		if ele == nil {
			ele = number(r.GetAltitudeScaled())
		}
		var time any
		if !tormoder.IsBaseTime(r.Timestamp) {
			time = r.Timestamp.UnixMilli()
		}
		rows = append(rows, []any{
			number(r.PositionLat.Degrees()), number(r.PositionLong.Degrees()), ele, time,
			whole(float64(r.HeartRate), 0xff), whole(float64(r.Cadence), 0xff), whole(float64(r.Power), 0xffff),
			whole(float64(r.Temperature), 0x7f),
		})
	}
	s := activity.Sessions[0]
	session := []any{number(s.GetTotalDistanceScaled()), number(s.GetTotalElapsedTimeScaled()), number(s.GetTotalTimerTimeScaled()), strings.ToLower(s.Sport.String())}
	messages := map[string]int{"record": len(activity.Records), "lap": len(activity.Laps), "event": len(activity.Events)}
	return answer{"reader": "tormoder/fit", "rows": rows, "session": session, "messages": messages}
}

func number(value float64) any {
	if math.IsNaN(value) {
		return nil
	}
	return value
}

func whole(value, invalid float64) any {
	if value == invalid {
		return nil
	}
	return value
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
