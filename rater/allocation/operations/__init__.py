"""Draw an allocation and keep it, or take in one made elsewhere; what has been started is never moved."""
