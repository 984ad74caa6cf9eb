"""The part of CBOR (RFC 8949) that the protocol smithy-rpc-v2-cbor needs: no dependency does it for us."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple


class Instant(NamedTuple):
    """Seconds since the epoch, which travel under tag 1."""

    seconds: float


def written(value: Any) -> bytes:
    """The bytes of a value made of None, booleans, numbers, text, bytes, instants, lists and dicts of text."""
    out = bytearray()
    _write(out, value)
    return bytes(out)


def _write(out: bytearray, value: Any) -> None:
    if value is None:
        out.append(0xF6)
    elif isinstance(value, bool):
        out.append(0xF5 if value else 0xF4)
    elif isinstance(value, int):
        _head(out, 0 if value >= 0 else 1, value if value >= 0 else -1 - value)
    elif isinstance(value, float):
        out += b"\xfb" + struct.pack(">d", value)
    elif isinstance(value, Instant):
        _head(out, 6, 1)
        _write(out, value.seconds)
    elif isinstance(value, bytes):
        _head(out, 2, len(value))
        out += value
    elif isinstance(value, str):
        data = value.encode()
        _head(out, 3, len(data))
        out += data
    elif isinstance(value, list | tuple):
        _head(out, 4, len(value))
        for each in value:
            _write(out, each)
    else:
        _head(out, 5, len(value))
        for key, each in value.items():
            _write(out, key)
            _write(out, each)


def _head(out: bytearray, major: int, number: int) -> None:
    """The first byte of an item, and as many more as its number needs."""
    if number < 24:
        out.append(major << 5 | number)
        return
    for extra, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << (8 * size):
            out.append(major << 5 | extra)
            out += number.to_bytes(size, "big")
            return
    raise ValueError(f"{number} does not fit into eight bytes")


def read(data: bytes) -> Any:
    """The value in some bytes; ValueError when they are not one whole item."""
    try:
        value, end = _read(data, 0)
    except (IndexError, struct.error, UnicodeDecodeError) as error:
        raise ValueError(f"not CBOR: {error}") from error
    if end != len(data):
        raise ValueError(f"{len(data) - end} bytes follow the CBOR item")
    return value


_BREAK = object()


def _read(data: bytes, at: int) -> tuple[Any, int]:
    """The item that begins at an offset, and the offset after it."""
    major, extra = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        return _simple(data, extra, at)
    endless = extra == 31
    if endless:
        number = 0
    elif extra < 24:
        number = extra
    else:
        size = 1 << (extra - 24)
        number, at = int.from_bytes(data[at : at + size], "big"), at + size
    if major in (0, 1):
        return (number if major == 0 else -1 - number), at
    if major in (2, 3) and not endless:
        chunk = data[at : at + number]
        if len(chunk) < number:
            raise ValueError("the bytes end in the middle of an item")
        return (chunk if major == 2 else chunk.decode()), at + number
    if major == 6:
        return _read(data, at)  # a tag says only what the model says too
    return _collection(data, major, None if endless else number, at)


def _collection(data: bytes, major: int, number: int | None, at: int) -> tuple[Any, int]:
    """A list, a map, or a string in chunks; `number` is None when a break ends it."""
    items: list[Any] = []
    wanted = None if number is None else number * (2 if major == 5 else 1)
    while wanted is None or len(items) < wanted:
        value, at = _read(data, at)
        if value is _BREAK:
            break
        items.append(value)
    if major == 4:
        return items, at
    if major == 5:
        return dict(zip(items[::2], items[1::2], strict=True)), at
    return (b"".join(items) if major == 2 else "".join(items)), at


def _simple(data: bytes, extra: int, at: int) -> tuple[Any, int]:
    """False, true, null, a float or the break."""
    if extra in (25, 26, 27):
        size, form = {25: (2, ">e"), 26: (4, ">f"), 27: (8, ">d")}[extra]
        return struct.unpack(form, data[at : at + size])[0], at + size
    known: dict[int, Any] = {20: False, 21: True, 22: None, 23: None, 31: _BREAK}
    if extra not in known:
        raise ValueError(f"simple value {extra} is not known")
    return known[extra], at
