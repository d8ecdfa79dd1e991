"""The shapes of answers; the OpenAPI schema is made from them."""
