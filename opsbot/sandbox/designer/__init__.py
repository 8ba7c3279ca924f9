"""A stand-in for a Dataiku design node: an HTTP server with state."""
