"""Where conversations are kept: the interface that chat/ relies on, and what stands behind it."""

from .errors import CannotBackUp, CannotOpen, DiskFull, Gone, StoreError
from .interface import Store
from .pulls import KeptPulls, PullRecord
from .records import Conversation, Found, Message, Preset, Role, Run, Think
from .sqlite import SQLiteStore

__all__ = [
    "CannotBackUp",
    "CannotOpen",
    "Conversation",
    "DiskFull",
    "Found",
    "Gone",
    "KeptPulls",
    "Message",
    "Preset",
    "PullRecord",
    "Role",
    "Run",
    "SQLiteStore",
    "Store",
    "StoreError",
    "Think",
]
