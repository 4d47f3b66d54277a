"""Loading guidelines by chat: a file is sent, read in a process of its own, shown, and loaded on a tap."""
