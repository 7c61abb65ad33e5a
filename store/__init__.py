"""Where conversations are kept: the interface that chat/ relies on, and what stands behind it."""

from .errors import CannotBackUp, CannotOpen, DiskFull, Gone, StoreError
from .interface import PersonalStore, Store
from .records import GUEST, HOUSE, Conversation, Found, Message, Preset, Role, Run, Share, Think
from .sqlite import SQLiteStore

__all__ = [
    "GUEST",
    "HOUSE",
    "CannotBackUp",
    "CannotOpen",
    "Conversation",
    "DiskFull",
    "Found",
    "Gone",
    "Message",
    "PersonalStore",
    "Preset",
    "Role",
    "Run",
    "SQLiteStore",
    "Share",
    "Store",
    "StoreError",
    "Think",
]
