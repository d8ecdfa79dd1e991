def site(r): return {}
