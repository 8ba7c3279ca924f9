"""What the actions need of the world, as protocols."""

from opsbot.actions.ports.around import Clock, Counted, Directory, Durable, Health, Manual, Waiting
from opsbot.actions.ports.designer import Designer, Heard
from opsbot.actions.ports.saying import HomeScreen, Messenger, Newsroom, Pictures, Progress, Progresses

__all__ = [
    "Clock",
    "Counted",
    "Designer",
    "Directory",
    "Durable",
    "Health",
    "Heard",
    "HomeScreen",
    "Manual",
    "Messenger",
    "Newsroom",
    "Pictures",
    "Progress",
    "Progresses",
    "Waiting",
]
