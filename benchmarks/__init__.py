"""Measurements over real files and large data; `python -m benchmarks.NAME` runs one."""
