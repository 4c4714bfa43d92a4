"""A name server on loopback that knows text records."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import dns.message
import dns.rrset


class _Answering(asyncio.DatagramProtocol):
    def __init__(self, records: Mapping[str, str]) -> None:
        self._records = records
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        name = query.question[0].name
        if (value := self._records.get(str(name).rstrip("."))) is not None:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", f'"{value}"'))
        self._transport.sendto(answer.to_wire(), addr)


@asynccontextmanager
async def name_server(records: Mapping[str, str]) -> AsyncIterator[str]:
    """Answer for text records; give host:port.

    Args:
        records: Values by name, read at each question.
    """
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Answering(records), local_addr=("127.0.0.1", 0)
    )
    try:
        yield f"127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    finally:
        transport.close()
