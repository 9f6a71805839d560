"""What Tipline shows: read, call the domain, render. Knows nothing of workers, decoders or SQL."""
