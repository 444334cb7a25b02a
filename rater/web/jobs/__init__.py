"""How far background work has come."""
