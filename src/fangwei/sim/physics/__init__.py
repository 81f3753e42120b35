"""The laws the plant obeys: pure, no I/O, no clock; time passed comes in as an argument."""
