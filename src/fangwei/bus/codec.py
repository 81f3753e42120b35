"""Readings on the wire: one Arrow IPC stream of one or more record batches per message.

Self-describing, so that anything that speaks Arrow can publish or listen. Times are plain int64 nanoseconds: numpy
reads them without a copy.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc as ipc
from numpy.typing import NDArray

from fangwei.core.reading import Readings

SCHEMA = pa.schema(
    [
        pa.field("point", pa.int64(), nullable=False),
        pa.field("source_time", pa.int64(), nullable=False),
        pa.field("receive_time", pa.int64(), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
        pa.field("quality", pa.int16(), nullable=False),
    ]
)

MAX_ROWS = 1_000_000
"""More rows than this in one message is a mistake or an attack (36 MB), and is refused."""


class NotReadings(ValueError):
    """A message on a readings subject that does not hold readings; says why."""


def encode(readings: Readings) -> bytes:
    """A batch as one Arrow IPC stream."""
    columns: tuple[NDArray[Any], ...] = (
        readings.point,
        readings.source_time,
        readings.receive_time,
        readings.value,
        readings.quality,
    )
    batch = pa.RecordBatch.from_arrays(
        [_array(column, kind) for column, kind in zip(columns, SCHEMA.types, strict=True)], schema=SCHEMA
    )
    sink = pa.BufferOutputStream()
    with ipc.new_stream(sink, SCHEMA) as writer:
        writer.write_batch(batch)
    return sink.getvalue().to_pybytes()  # type: ignore[no-any-return]


def decode(payload: bytes) -> Readings:
    """The batch of one message; columns are views of the payload where Arrow allows it.

    Raises:
        NotReadings: not an Arrow stream, other columns or types, nulls, or too many rows.
    """
    try:
        with ipc.open_stream(payload) as reader:
            if not reader.schema.equals(SCHEMA) and not _same_columns(reader.schema):
                raise NotReadings(f"columns are {reader.schema.names}, expected {SCHEMA.names} with their types")
            batches = []
            rows = 0
            for batch in reader:
                rows += batch.num_rows
                if rows > MAX_ROWS:
                    raise NotReadings(f"more than {MAX_ROWS} readings in one message")
                batch.validate(full=False)
                batches.append(batch)
    except pa.ArrowInvalid as error:
        raise NotReadings(f"not an Arrow stream: {error}") from error
    except (OSError, pa.ArrowException) as error:
        raise NotReadings(f"broken Arrow stream: {error}") from error
    return Readings.concat(_columns(batch) for batch in batches)


def _array(column: NDArray[Any], kind: pa.DataType) -> pa.Array:
    # From the bytes themselves, and back in _view: pa.array() and to_numpy() import pandas where it is installed, which
    # is 30 MB in every process.
    plain = np.ascontiguousarray(column, kind.to_pandas_dtype())
    return pa.Array.from_buffers(kind, len(plain), [None, pa.py_buffer(plain)])


def _same_columns(schema: pa.Schema) -> bool:
    return bool(schema.names == SCHEMA.names and schema.types == SCHEMA.types)


def _columns(batch: pa.RecordBatch) -> Readings:
    for column in batch.columns:
        if column.null_count:
            raise NotReadings("a column holds nulls; a missing value is no reading")
    return Readings(*(_view(column) for column in batch.columns))


def _view(column: pa.Array) -> NDArray[Any]:
    kind = np.dtype(column.type.to_pandas_dtype())
    data = column.buffers()[1]
    if data is None or len(column) == 0:
        return np.zeros(0, kind)
    return np.frombuffer(data, kind, len(column), column.offset * kind.itemsize)
