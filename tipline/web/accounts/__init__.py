"""Who works at the desk: signing in and out, and one's own password."""
