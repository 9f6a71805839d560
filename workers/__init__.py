"""Work done beside the web: sealing, examining, sweeping. ``tipline`` names its jobs as text only."""
