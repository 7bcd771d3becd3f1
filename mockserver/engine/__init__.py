"""One admitted call in, one outcome out, for any service."""
