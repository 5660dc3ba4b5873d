"""Reads files that Cairn exported with other people's readers; prints one JSON object per file and reader."""
import json
import sys

import fitdecode
import geojson
import gpxpy

geojson.geometry.DEFAULT_PRECISION = 15  # by itself it rounds to 6 decimals


def iso_ms(time):
    return None if time is None else round(time.timestamp() * 1000)


def degrees(semicircles):
    return None if semicircles is None else semicircles * 180 / 2**31


def gpx(path):
    with open(path, encoding="utf-8") as file:
        document = gpxpy.parse(file)
    segments = [segment.points for track in document.tracks for segment in track.segments]
    segments += [route.points for route in document.routes]
    extension = lambda point, name: next(
        (float(e.text) for top in point.extensions for e in top.iter() if e.tag.endswith("}" + name)), None
    )
    row = lambda p: [p.latitude, p.longitude, p.elevation, iso_ms(p.time)] + [
        extension(p, name) for name in ("hr", "cad", "PowerInWatts", "atemp")
    ]
    names = [track.name for track in document.tracks] or [route.name for route in document.routes]
    return {"reader": "gpxpy", "name": names[0] if names else None, "segments": [[row(p) for p in s] for s in segments]}


def fit(path):
    rows, messages = [], {}
    with fitdecode.FitReader(path, check_crc=fitdecode.CrcCheck.RAISE, error_handling=fitdecode.ErrorHandling.RAISE) as reader:
        for frame in reader:
            if not isinstance(frame, fitdecode.FitDataMessage):
                continue
            messages[frame.name] = messages.get(frame.name, 0) + 1
            get = lambda name: frame.get_value(name, fallback=None) if frame.has_field(name) else None
            if frame.name == "record":
                ele = get("enhanced_altitude")
                rows.append(
                    [degrees(get("position_lat")), degrees(get("position_long")), get("altitude") if ele is None else ele,
                     iso_ms(get("timestamp")), get("heart_rate"), get("cadence"), get("power"), get("temperature")]
                )
            elif frame.name == "session":
                session = [get("total_distance"), get("total_elapsed_time"), get("total_timer_time"), get("sport")]
    return {"reader": "fitdecode", "rows": rows, "session": session, "messages": messages}


def geo(path):
    with open(path, encoding="utf-8") as file:
        feature = geojson.load(file)
    return {"reader": "python-geojson", "valid": bool(feature.is_valid), "type": feature.geometry["type"],
            "coordinates": feature.geometry["coordinates"], "properties": feature.properties}


READERS = {"gpx": gpx, "fit": fit, "geojson": geo}
for path in sys.stdin.read().split("\n"):
    if path:
        print(json.dumps({"path": path, **READERS[path.rsplit(".", 1)[1]](path)}))
