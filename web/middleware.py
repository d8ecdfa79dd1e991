class ReaderMiddleware: pass
