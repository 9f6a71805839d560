"""Makes a package: `job` takes it from the queue, `writing` orders its files, `bag` makes a zip of them."""
