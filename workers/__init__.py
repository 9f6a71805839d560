"""Work done beside the web: sealing, examining, sweeping. Never imported by ``tipline``; jobs are named as text."""
