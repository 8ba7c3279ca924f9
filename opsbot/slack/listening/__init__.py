"""What Slack tells the bot: checked at the door, acknowledged at once, handed over."""
