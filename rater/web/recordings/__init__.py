"""Sound and peaks, to those who may hear them."""
