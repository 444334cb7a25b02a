"""A study or supervision programme: its design, its people and what they may do."""
