"""What the codec must not cost: every process of the platform carries it."""

import subprocess
import sys

SCRIPT = """
import sys
import numpy
from fangwei.bus import codec
from fangwei.core.reading import Readings
batch = Readings.of([1, 2], [1, 2], [1, 2], [0.5, float("nan")], [0, 1])
assert codec.decode(codec.encode(batch)).point.tolist() == [1, 2]
assert len(codec.decode(codec.encode(Readings.of([], [], [], [], [])))) == 0
assert codec.decode(codec.encode(batch.take(numpy.array([1])))).quality.tolist() == [1]
print("pandas" in sys.modules)
"""


def test_readings_go_over_the_bus_without_pandas():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False", done.stderr
