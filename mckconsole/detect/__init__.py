"""Find credentials in the bytes of an object, and keep none of them."""
