"""A stand-in for a Slack workspace: an HTTP server with state."""
