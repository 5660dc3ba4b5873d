"""Reads a GPX file with gpxpy as often as it is told and prints the milliseconds of CPU of each time and the points."""
import resource
import sys
import time

import gpxpy

text = open(sys.argv[1], encoding="utf-8").read()
for _ in range(int(sys.argv[2])):
    start = time.process_time()
    document = gpxpy.parse(text)
    print((time.process_time() - start) * 1000, document.get_track_points_no())
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
