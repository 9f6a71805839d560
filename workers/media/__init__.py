"""The child that opens hostile bytes. Imports nothing of ours but itself, owns no secret, no network, no store."""
