"""Whether the workspace keeps Slack's rules: one test for each, and each names the page on which Slack states the rule.

The workspace is driven with `slack_sdk` and `slack_bolt` as they are, or with nothing between a test and the wire
(`raw_app`); people act by its control API, and its clock is put forward where Slack would let one wait.

Where a docstring says "unconfirmed", the rule is known otherwise (from what people saw, or from how Slack's own
libraries go about it), and the words of the page named weren't found to say it.

| rule | where |
|---|---|
| tokens; scopes of every method, of each kind of channel, of events | `test_tokens_and_channels` |
| `not_in_channel`, `channel_not_found`, `is_archived`, `user_not_in_channel`; paging; user groups | `test_tokens_and_channels` |
| Block Kit: each limit to the last one, each rule, the place of a fault; 13,000 characters; ids once | `test_blocks` |
| text, `chat.update`, ephemerals, metadata and its scope, threads, files by address, reactions | `test_messages` |
| a message a second for each channel, tiers, 429 with Retry-After: real, ten times faster, off | `test_messages` |
| trigger once and 3 s, stack of three, hash, external ids, limits of modals and Homes, what is entered | `test_views` |
| acknowledgement within 3 s and what people see after it; response_url; commands in threads; response_action | `test_answering_people` |
| Socket Mode: ten connections, each payload to one, warning and refresh, what comes again | `test_socket_mode` |
| HTTP: signatures, five minutes, retries with their headers, X-Slack-No-Retry | `test_http` |
| 5xx, 429, slow, hung up, `token_revoked`, on demand, for calls or seconds, one after another | `test_trouble` |
| every client of the SDK: sync, asyncio; builtin, websocket_client, aiohttp, websockets | `test_clients` |
| apps of the kinds that Bolt shows, listed in `sample_apps` | `test_sample_apps` |
"""
