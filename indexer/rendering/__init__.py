"""A cited page as a picture, with the passage marked where the PDF's own text stands."""
