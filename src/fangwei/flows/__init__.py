"""Flows that safety engineers draw: cards, the BPMN that they stand for, and the engine that runs it."""
