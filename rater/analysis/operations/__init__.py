"""Read what is analysed, compute it, and ask for it to be computed."""
