"""`python -m tests.directories SEED RECORDS [--train]`: labelled records as NDJSON on standard output.

`--train` leaves out the kinds of damage that are kept for testing.
"""

import argparse
import sys

import orjson

from tests.directories import HELD_OUT, directories

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.directories", description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("records", type=int)
    parser.add_argument("--train", action="store_true")
    options = parser.parse_args()
    without = HELD_OUT if options.train else frozenset[str]()
    for listed in directories(options.seed, options.records, without=without):
        sys.stdout.buffer.write(orjson.dumps(listed.as_line() | {"body": listed.body}) + b"\n")
