"""Benchmarks: ratios between things measured in one interleaved run. `make bench` prints them all."""
