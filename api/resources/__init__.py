"""The resources. Each is read by the public; what it may be asked is checked before anything is looked up."""
