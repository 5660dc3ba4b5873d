"""Reads a FIT file with the Python readers that are installed and prints the best CPU time of each as JSON."""
import json
import sys
import time


def with_fitdecode(path):
    import fitdecode

    with fitdecode.FitReader(path) as reader:
        return sum(1 for f in reader if isinstance(f, fitdecode.FitDataMessage) and f.name == "record")


def with_fitparse(path):
    import fitparse

    return sum(1 for _ in fitparse.FitFile(path).get_messages("record"))


results = []
for name, read in (("fitdecode (Python)", with_fitdecode), ("fitparse (Python)", with_fitparse)):
    try:
        started = time.process_time()
        records = read(sys.argv[1])
        results.append({"reader": name, "ms": (time.process_time() - started) * 1000, "records": records})
    except ImportError:
        pass
print(json.dumps(results))
