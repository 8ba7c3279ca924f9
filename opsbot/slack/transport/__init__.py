"""The way to Slack and back: connections that are kept, what can go wrong on them, and who works when."""
