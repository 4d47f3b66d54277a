"""Course lists that coordinators send: shown first, and added to the catalogue with a tap."""
