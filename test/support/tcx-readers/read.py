"""Reads TCX files with the readers of others and prints what they found as JSON: per file and reader, rows or the error."""
import json
import sys

import tcxparser
from tcxreader.tcxreader import TCXReader


def seconds(moment):
    return moment.timestamp() if moment else None


def with_tcxreader(path):
    found = TCXReader().read(path, only_gps=False)
    extension = lambda point, name: (point.tpx_ext or {}).get(name)
    return {
        "sport": str(found.activity_type),
        "points": [
            [seconds(p.time), p.latitude, p.longitude, p.elevation, p.distance, p.hr_value, p.cadence]
            + [extension(p, "Speed"), extension(p, "Watts")]
            for p in found.trackpoints
        ],
        "laps": len(found.laps),
    }


def with_tcxparser(path):
    found = tcxparser.TCXParser(path)
    return {
        "sport": str(found.activity_type),
        "times": [str(t) for t in found.time_values()],
        "positions": [[float(d) for d in p] for p in found.position_values()],
        "altitudes": [float(a) for a in found.altitude_points()],
        "heartRates": [int(h) for h in found.hr_values()],
        "distanceM": float(found.distance),
    }


def attempt(read, path):
    try:
        return read(path)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


print(
    json.dumps(
        {
            path: {"tcxreader": attempt(with_tcxreader, path), "tcxparser": attempt(with_tcxparser, path)}
            for path in sys.argv[1:]
        }
    )
)
