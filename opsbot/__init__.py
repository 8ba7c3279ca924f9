"""opsbot: the API Designer of a Dataiku design node, in Slack."""
