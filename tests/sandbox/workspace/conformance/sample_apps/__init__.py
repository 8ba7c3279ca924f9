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
| `async_hello` | the getting-started app on asyncio |

Not among them are those that need methods or doors which the workspace doesn't have: OAuth installation, workflow steps and
custom functions, assistants, canvases, `views.open` on behalf of other workspaces.
"""
