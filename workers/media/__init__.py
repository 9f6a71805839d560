"""The child that opens hostile bytes. Imports nothing else of ours; owns no secret, no network, no store."""
