"""What happens in supervision; `asking` says who may open what of it."""
