"""An incident as a document: what it was, how it spread, who was told, what was done, on paper."""
