"""The chat surface: Slack payloads in, Slack messages out."""
