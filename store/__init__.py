"""Where conversations are kept: the interface that chat/ relies on, and what stands behind it."""

from .account_calls import StoredAccounts
from .account_records import AccountRecord, Device, Door, Invitation, Known, Person, Session, Token
from .errors import CannotBackUp, CannotOpen, DiskFull, Gone, InUse, StoreError
from .interface import PersonalStore, Store
from .pulls import KeptPulls
from .records import GUEST, HOUSE, Conversation, Found, Message, Preset, PullRecord, Role, Run, Share, Think
from .sqlite import SQLiteStore

__all__ = [
    "GUEST",
    "HOUSE",
    "AccountRecord",
    "CannotBackUp",
    "CannotOpen",
    "Conversation",
    "Device",
    "DiskFull",
    "Door",
    "Found",
    "Gone",
    "InUse",
    "Invitation",
    "KeptPulls",
    "Known",
    "Message",
    "Person",
    "PersonalStore",
    "Preset",
    "PullRecord",
    "Role",
    "Run",
    "SQLiteStore",
    "Session",
    "Share",
    "Store",
    "StoreError",
    "StoredAccounts",
    "Think",
    "Token",
]
