"""A mail server: prints one JSON object for each message that it is handed.

With `--refuse N` the first N messages are refused for the moment (451).
"""

import argparse
import asyncio
import email
import email.policy
import json

from aiosmtpd.smtp import SMTP


class Printer:
    def __init__(self, refuse):
        self.refuse = refuse

    async def handle_DATA(self, server, session, envelope):
        if self.refuse > 0:
            self.refuse -= 1
            return "451 Come again later"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = [
            {
                "type": part.get_content_type(),
                "id": part.get("Content-ID"),
                "disposition": part.get_content_disposition(),
                "text": part.get_content() if part.get_content_maintype() == "text" else None,
                "bytes": part.get_payload(decode=True).hex() if part.get_content_maintype() != "text" else None,
            }
            for part in message.walk()
            if not part.is_multipart()
        ]
        print(
            json.dumps(
                {
                    "event": "mail",
                    "from": envelope.mail_from,
                    "to": envelope.rcpt_tos,
                    "subject": message["Subject"],
                    "parts": parts,
                }
            ),
            flush=True,
        )
        return "250 OK"


async def serve(refuse):
    printer = Printer(refuse)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(printer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"event": "ready", "port": port}), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--refuse", type=int, default=0)
    asyncio.run(serve(arguments.parse_args().refuse))
