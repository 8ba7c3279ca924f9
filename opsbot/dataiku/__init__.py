"""The API Designer of a Dataiku design node, over its public HTTP API; usable on its own."""
