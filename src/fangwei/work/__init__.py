"""Work on the plant's hidden hazards (隐患): reported on the spot, assigned, put right, checked by somebody else."""
