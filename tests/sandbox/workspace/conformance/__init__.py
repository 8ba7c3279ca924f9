"""Whether the workspace keeps Slack's rules: one test for each, and each names the page on which Slack states the rule.

The workspace is driven with `slack_sdk` and `slack_bolt` as they are; people act by its control API.
"""
