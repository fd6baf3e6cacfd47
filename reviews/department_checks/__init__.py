"""The joint department check (部门联审): who answers it, and what had been answered."""
