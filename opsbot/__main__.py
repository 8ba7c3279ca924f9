"""python -m opsbot."""
