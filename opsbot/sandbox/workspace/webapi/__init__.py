"""Slack's Web API: what the app may call. One function per method; `table` lists them."""
