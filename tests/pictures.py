"""Pictures and files for the composer's tests, and how they get into the page."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

from playwright.sync_api import FilePayload, Page


def png(width: int, height: int) -> bytes:
    """Black, one bit a pixel: the largest one is small as a file."""
    line = b"\0" + bytes((width + 7) // 8)
    packer = zlib.compressobj(1)
    data = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, (b"IHDR", b"IDAT", b"IEND"), (head, data, b"")))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def drawn(page: Page, width: int, height: int, kind: str, alpha: float = 1) -> bytes:
    """The browser's own: red on the left, blue on the right."""
    found: str = page.evaluate(
        """([width, height, kind, alpha]) => {
             const canvas = document.createElement('canvas');
             Object.assign(canvas, { width, height });
             const context = canvas.getContext('2d');
             context.globalAlpha = alpha;
             context.fillStyle = 'red';
             context.fillRect(0, 0, width / 2, height);
             context.fillStyle = 'blue';
             context.fillRect(width / 2, 0, width / 2, height);
             return canvas.toDataURL(kind).split(',')[1];
           }""",
        [width, height, kind, alpha],
    )
    return base64.b64decode(found)


def turned(jpeg: bytes) -> bytes:
    """With what a camera writes that is held upright: the picture is to be turned a quarter to the right."""
    entry = struct.pack(">HHIHH", 0x112, 3, 1, 6, 0)
    exif = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]


def look(page: Page, image: str) -> dict[str, Any]:
    """The size of a picture in base64, and its colours in the corners at the top, as [red, green, blue, alpha]."""
    found: dict[str, Any] = page.evaluate(
        """async (image) => {
             const bytes = Uint8Array.from(atob(image), (one) => one.charCodeAt(0));
             const bitmap = await createImageBitmap(new Blob([bytes]), { imageOrientation: 'none' });
             const { width, height } = bitmap;
             const context = new OffscreenCanvas(width, height).getContext('2d');
             context.drawImage(bitmap, 0, 0);
             const at = (x, y) => [...context.getImageData(x, y, 1, 1).data];
             return { size: [width, height], left: at(1, 1), right: at(width - 2, 1) };
           }""",
        image,
    )
    return found


def file(name: str, content: bytes, kind: str = "") -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": content}


def hand_over(page: Page, event: str, where: str, *files: FilePayload, text: str | None = None) -> None:
    """Pastes (`paste`) or drags (`dragenter`, `drop`) onto the element."""
    page.evaluate(
        """([event, where, files, text]) => {
             const transfer = new DataTransfer();
             if (text !== null) transfer.setData('text/plain', text);
             for (const { name, type, data } of files) {
               const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
               transfer.items.add(new File([bytes], name, { type }));
             }
             const common = { bubbles: true, cancelable: true };
             const made = event === 'paste'
               ? new ClipboardEvent('paste', { ...common, clipboardData: transfer })
               : new DragEvent(event, { ...common, dataTransfer: transfer });
             document.querySelector(where).dispatchEvent(made);
           }""",
        [
            event,
            where,
            [
                {"name": one["name"], "type": one["mimeType"], "data": base64.b64encode(one["buffer"]).decode()}
                for one in files
            ],
            text,
        ],
    )
