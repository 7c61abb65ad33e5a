"""Where conversations are kept: the interface that chat/ relies on, and what stands behind it."""

from .interface import Store
from .memory import MemoryStore
from .records import Conversation, Message, Role, Think

__all__ = ["Conversation", "MemoryStore", "Message", "Role", "Store", "Think"]
