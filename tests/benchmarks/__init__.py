"""What `make bench` measures: opsbot against its limits and its peers, as ratios in one run."""
