"""Names in two keys: asked, granted, seen once, out of the key holder's sealed table."""
