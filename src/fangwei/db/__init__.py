"""Transactions: one declarative base, one way to open the store, migrations beside it."""
