"""Where conversations are kept: the interface that chat/ relies on, and what stands behind it."""

from .errors import CannotBackUp, CannotOpen, DiskFull, Gone, StoreError
from .interface import PersonalStore, Store
from .pulls import KeptPulls
from .records import GUEST, HOUSE, Conversation, Found, Message, Preset, PullRecord, Role, Run, Think
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
    "KeptPulls",
    "Message",
    "PersonalStore",
    "Preset",
    "PullRecord",
    "Role",
    "Run",
    "SQLiteStore",
    "Store",
    "StoreError",
    "Think",
]
