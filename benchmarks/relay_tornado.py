"""A relay as Tornado's documentation leads to it: a handler that writes and flushes what its HTTP client reads.

python benchmarks/relay_tornado.py PORT OLLAMA
"""

from __future__ import annotations

import asyncio
import json
import sys

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.web import Application, RequestHandler


class Chat(RequestHandler):
    def initialize(self, ollama: str) -> None:
        self._ollama = ollama
        self._rest = b""

    async def get(self) -> None:
        self.set_header("Content-Type", "text/event-stream")
        message = {"role": "user", "content": self.get_query_argument("question")}
        body = json.dumps({"model": self.get_query_argument("model"), "messages": [message]})
        url = f"{self._ollama}/api/chat"
        await AsyncHTTPClient().fetch(
            HTTPRequest(url, method="POST", body=body, request_timeout=0, streaming_callback=self._relay)
        )

    async def _relay(self, data: bytes) -> None:
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if text := json.loads(line)["message"]["content"]:
                self.write(f"data: {text}\n\n")
                await self.flush()


async def main() -> None:
    AsyncHTTPClient.configure(None, max_clients=10_000)
    Application([("/chat", Chat, {"ollama": sys.argv[2]})]).listen(int(sys.argv[1]), "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
