"""Results as pictures for pages and papers: data in, SVG and PNG out."""
