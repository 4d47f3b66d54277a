"""What doctors are told unasked: that a gap was closed, that what they were answered from was replaced or withdrawn."""
