"""What the bot tells Slack: answers, deliveries, progress, files, App Homes."""
