"""Forms: from a verb's declaration to a view, and from a view to a command."""
