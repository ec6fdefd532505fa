"""Bits a byte that a compressor of records needs on one made-up table; lower is better.

python3 evaluate.py compressor.py INSTANCE

An instance is a number: the seed of a table of 2000 records of 24 bytes: a time stamp that grows, a sensor's number, a
temperature that wanders, and a counter. Prints the size, and what zlib's defaults give, as objectives.
"""

import json
import random
import runpy
import struct
import sys
import zlib


def table(seed):
    draw = random.Random(seed)
    time, counter, temperature = draw.randrange(1 << 30), 0, [20.0 + sensor for sensor in range(8)]
    records = []
    for _ in range(2000):
        time += draw.randrange(1, 900)
        counter += draw.randrange(3)
        sensor = draw.randrange(8)
        temperature[sensor] += draw.gauss(0, 0.05)
        records.append(struct.pack("<QIiQ", time, sensor, round(temperature[sensor] * 1000), counter))
    return b"".join(records)


data = table(int(sys.argv[2]))
compressed = runpy.run_path(sys.argv[1])["compress"](data)
print(
    json.dumps(
        {
            "score": 8 * len(compressed) / len(data),
            "objectives": {"bytes": len(compressed), "bytes of zlib's defaults": len(zlib.compress(data))},
        }
    )
)
