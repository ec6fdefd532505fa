"""Compresses files of records of one length with what the standard library has, after a filter that makes records alike.

The marked constants are a compressor's usual ones, and the defaults are zlib's own.
"""

import zlib

LEVEL = 6  # @tune(1, 9, int)
WINDOW = 15  # @tune(9, 15, int)
MEMORY = 8  # @tune(1, 9, int)
STRATEGY = zlib.Z_DEFAULT_STRATEGY  # @choose(zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE)
RECORD = 1  # @tune(1, 48, int)
FILTER = "none"  # @choose("none", "difference", "columns", "columns and difference")


def filtered(data):
    if "columns" in FILTER:
        data = b"".join(data[i::RECORD] for i in range(RECORD))
        distance = 1
    else:
        distance = RECORD
    if "difference" in FILTER:
        data = data[:distance] + bytes((b - a) & 255 for a, b in zip(data, data[distance:]))
    return data


def compress(data):
    engine = zlib.compressobj(LEVEL, zlib.DEFLATED, WINDOW, MEMORY, STRATEGY)
    return engine.compress(filtered(data)) + engine.flush()
