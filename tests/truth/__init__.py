"""What is known of the shared footage, and what we say of it: `python -m tests.truth` prints the table."""
