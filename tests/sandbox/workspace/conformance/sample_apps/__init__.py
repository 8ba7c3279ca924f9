"""Apps of the kinds that Bolt for Python shows, written anew, which run here as they would with Slack.

Each module has `listen(app)`, which adds its listeners to a Bolt app; nothing in it knows of the workspace.

| module | what Bolt shows with it |
|---|---|
| `hello` | getting started: a message listener, a button, a click |
| `mention` | `app_mention`, answered in the thread; custom middleware that reads what was asked |
| `shortcut_form` | a global shortcut that opens a modal, its validation, its submission |
| `command_form` | a slash command that opens a modal with `lazy` work after the acknowledgement, and pushes another |
| `home` | App Home: published when somebody opens it, and anew after a click |
| `external_options` | selects whose options the app sends, in groups, in a modal |
| `message_options` | a select with external options in a message |
| `upload` | a file, uploaded by address, from a message shortcut |
| `watching` | message listeners by pattern and subtype, matchers, middleware of listeners; reactions |
| `answers` | `ack` with a message, `respond` to one and to all, a multi-select with external options, fields without ids |
| `async_hello` | the getting-started app on asyncio |

Not among them are those that need methods, events or doors which the workspace doesn't have: OAuth installation, workflow
steps and custom functions, assistants, canvases, dialogs, reactions by people, `views.open` on behalf of other workspaces.
Bolt's many adapters (Flask, FastAPI, Lambda ...) are all the same to the workspace; `test_http` has it call one by HTTP.
"""
