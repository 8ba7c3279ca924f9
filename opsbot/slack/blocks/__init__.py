"""From values to blocks: what is said of each result and each delivery, within Slack's limits. Nothing here calls anybody."""
