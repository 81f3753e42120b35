"""Regulation as dated, clause-cited data, and the judge that applies it."""
