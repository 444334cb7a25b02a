"""Speed and memory, each beside a limit or a peer of the same run: `make bench`, or `python -m benchmarks.NAME`."""
