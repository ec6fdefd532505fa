#include "policy/export_runtime.h"

namespace syswright::policy {

// Python raises where C returns infinities, and its floor makes integers without a signed zero: hence the care.
std::string_view python_semantics() {
  return R"(import enum
import math
import sys

_LARGEST = sys.float_info.max


# Operations with one meaning for every finite input.
def _finite(x):
    if x > _LARGEST:
        return _LARGEST
    if x < -_LARGEST:
        return -_LARGEST
    return x if x == x else 0.0


def _divide(a, b):
    if b == 0.0:
        return _LARGEST if a > 0.0 else -_LARGEST if a < 0.0 else 0.0
    return _finite(a / b)


def _min(a, b):
    return a if a < b else b


def _max(a, b):
    return a if a > b else b


def _abs(x):
    return math.fabs(x)


def _floor(x):
    if x == 0.0 or math.fabs(x) >= 4503599627370496.0:  # a signed zero, or whole already
        return x
    return float(math.floor(x))


def _sqrt(x):
    return math.sqrt(x) if x > 0.0 else 0.0


def _log(x):
    return math.log(x) if x > 0.0 else -_LARGEST


def _exp(x):
    try:
        return math.exp(x)
    except OverflowError:
        return _LARGEST


def _pow(x, y):
    if x == 0.0:
        return 0.0 if y > 0.0 else _LARGEST if y < 0.0 else 1.0
    try:
        return math.pow(x, y)
    except OverflowError:
        return -_LARGEST if x < 0.0 and math.fmod(y, 2.0) != 0.0 else _LARGEST
    except ValueError:  # a negative base with a fractional exponent
        return 0.0
)";
}

std::string_view python_statistics() {
  return R"(

# Statistics; each is 0 before the first observation. copy.deepcopy copies one.
def _clamp(x, low, high):
    return low if x < low else high if high < x else x


class _Ewma:
    """Exponentially weighted moving average."""

    def __init__(self, kept):
        self._kept = kept
        self._seen = False
        self._average = 0.0

    def observe(self, value):
        value = float(value)
        if not self._seen:
            self._seen = True
            self._average = value
            return
        mixed = _finite(self._kept * self._average + (1.0 - self._kept) * value)
        low = value if value < self._average else self._average
        high = value if self._average < value else self._average
        self._average = _clamp(mixed, low, high)

    def value(self):
        return self._average


class _Window:
    """Of the last `window` values.

    suffix[i] for i >= position joins the block of values before from i to its end; prefix joins the current block,
    whose values stand in suffix[i] for i < position.
    """

    def __init__(self, over, window):
        self._over = over
        self._window = window
        self._neutral = {"min": _LARGEST, "max": -_LARGEST}.get(over, 0.0)
        self._seen = 0
        self._position = 0
        self._prefix = self._neutral
        self._suffix = [self._neutral] * window

    def _join(self, a, b):
        if self._over == "min":
            return _min(a, b)
        if self._over == "max":
            return _max(a, b)
        return _finite(a + b)

    def observe(self, value):
        value = float(value)
        if self._over == "count":
            value = 1.0 if value != 0.0 else 0.0
        if self._seen < self._window:
            self._seen += 1
        self._prefix = self._join(self._prefix, value)
        self._suffix[self._position] = value
        self._position += 1
        if self._position < self._window:
            return
        for i in range(self._window - 2, -1, -1):
            self._suffix[i] = self._join(self._suffix[i], self._suffix[i + 1])
        self._position = 0
        self._prefix = self._neutral

    def value(self):
        if self._seen == 0:
            return 0.0
        total = self._join(self._suffix[self._position], self._prefix)
        return total / float(self._seen) if self._over == "mean" else total


class _Last:
    """The value `window` observations ago."""

    def __init__(self, window):
        self._seen = 0
        self._position = 0
        self._ring = [0.0] * (window + 1)

    def observe(self, value):
        self._ring[self._position] = float(value)
        if self._seen < len(self._ring):
            self._seen += 1
        self._position = (self._position + 1) % len(self._ring)

    def value(self):
        return 0.0 if self._seen < len(self._ring) else self._ring[self._position]


class _Quantile:
    """Streaming quantile: the P2 algorithm of Jain and Chlamtac (1985)."""

    def __init__(self, quantile):
        self._quantile = quantile
        self._seen = 0.0
        self._heights = []
        self._positions = [1.0, 2.0, 3.0, 4.0, 5.0]

    def observe(self, value):
        value = float(value)
        self._seen += 1.0
        heights = self._heights
        if len(heights) < 5:
            heights.append(value)
            heights.sort()
            return
        positions = self._positions
        heights[0] = value if value < heights[0] else heights[0]
        heights[4] = value if heights[4] < value else heights[4]
        for i in range(1, 5):
            if value < heights[i] or i == 4:
                positions[i] += 1.0
        q = self._quantile
        wanted = (0.0, q / 2.0, q, (1.0 + q) / 2.0, 1.0)
        for i in range(1, 4):
            lag = 1.0 + (self._seen - 1.0) * wanted[i] - positions[i]
            if lag >= 1.0 and positions[i + 1] - positions[i] > 1.0:
                self._move(i, 1.0)
            if lag <= -1.0 and positions[i - 1] - positions[i] < -1.0:
                self._move(i, -1.0)

    def _move(self, i, step):
        heights = self._heights
        positions = self._positions
        above = positions[i + 1] - positions[i]
        below = positions[i] - positions[i - 1]
        rise = (heights[i + 1] - heights[i]) / above
        fall = (heights[i] - heights[i - 1]) / below
        parabola = heights[i] + step / (above + below) * ((below + step) * rise + (above - step) * fall)
        if heights[i - 1] < parabola < heights[i + 1]:
            heights[i] = parabola
        else:
            line = heights[i] + rise if step > 0.0 else heights[i] - fall
            heights[i] = _clamp(_finite(line), heights[i - 1], heights[i + 1])
        positions[i] += step

    def value(self):
        if not self._heights:
            return 0.0
        if self._seen >= 5.0:
            return self._heights[2]
        return self._heights[int(max(math.ceil(self._quantile * self._seen), 1)) - 1]
)";
}

}  // namespace syswright::policy
