"""The page's own modules as few files: what the browser is given in place of a hundred and fifty."""

from .bundle import INDEX, SHARED, Bundle, Entry
from .linker import LinkError

__all__ = ["INDEX", "SHARED", "Bundle", "Entry", "LinkError"]
