"""A workspace and a design node, to try the bot with neither Slack nor Dataiku."""
