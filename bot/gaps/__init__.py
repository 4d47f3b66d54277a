"""What doctors asked in vain: coordinators see it, and the askers hear when a document answers it."""
