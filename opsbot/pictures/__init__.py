"""Pictures of what opsbot knows, as PNG; the library that draws is imported when something is drawn."""

from opsbot.pictures.drawing import Drawing

__all__ = ["Drawing"]
