"""Celery's worker for the job bench: the four steps of store.mjs. Settings come in as BENCH_JOBS, JSON."""

import json
import math
import os
import re

import psycopg
from celery import Celery

settings = json.loads(os.environ["BENCH_JOBS"])
app = Celery("jobs", broker=f"redis://127.0.0.1:{settings['redisPort']}/0")
# A worker that dies must not take its jobs along: acknowledged when they are done, not when they are begun.
app.conf.task_acks_late = True
app.conf.task_reject_on_worker_lost = True
app.conf.broker_connection_retry_on_startup = True

POINT = re.compile(rb'<trkpt lat="([-\d.]+)" lon="([-\d.]+)">\s*<ele>([-\d.]+)</ele>')
EARTH_M = 6_371_008.8
connection = None


def database():
    """One connection for each process of the pool, made after the fork; statements are prepared at their second use."""
    global connection
    if connection is None:
        connection = psycopg.connect(settings["databaseUrl"], autocommit=True, prepare_threshold=1)
    return connection


def read_track(gpx):
    sin, cos, asin, sqrt, radians = math.sin, math.cos, math.asin, math.sqrt, math.pi / 180
    points, distance_m, gain_m, before = 0, 0.0, 0.0, None
    for lat, lon, ele in POINT.findall(gpx):
        here = (float(lat) * radians, float(lon) * radians, float(ele))
        if before:
            d_lat, d_lon = sin((here[0] - before[0]) / 2), sin((here[1] - before[1]) / 2)
            distance_m += 2 * EARTH_M * asin(sqrt(d_lat * d_lat + cos(before[0]) * cos(here[0]) * d_lon * d_lon))
            gain_m += max(0.0, here[2] - before[2])
        before = here
        points += 1
    if points == 0:
        raise ValueError("not a GPX")
    return distance_m, points, gain_m


@app.task(name="process", autoretry_for=(psycopg.OperationalError,), retry_backoff=True, max_retries=3)
def process(upload_id):
    db = database()
    gpx = db.execute("select gpx from uploads where id = %s", (upload_id,), binary=True).fetchone()[0]
    db.execute(
        "insert into tracks (upload_id, distance_m, points, gain_m) values (%s, %s, %s, %s)"
        " on conflict (upload_id) do update set distance_m = excluded.distance_m, points = excluded.points,"
        " gain_m = excluded.gain_m",
        (upload_id, *read_track(gpx)),
    )
    db.execute("update uploads set state = 'ready', finished_at = clock_timestamp() where id = %s", (upload_id,))
