"""The field's side: one file per protocol, one door through which every reading enters."""
