"""The page's own modules as few files: what the browser is given in place of a hundred and fifty."""

from .bundle import Bundle
from .linker import LinkError

__all__ = ["Bundle", "LinkError"]
