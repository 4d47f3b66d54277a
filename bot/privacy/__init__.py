"""What a person is told of what is kept, what they agree to, and how it is seen and erased."""
