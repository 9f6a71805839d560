"""The drop folder: USB sticks and exports of recorders become tips. The source is only ever read."""
