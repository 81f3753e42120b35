"""The record: who did what, when, where and on what evidence, chained and sealed so that a change of it shows."""
