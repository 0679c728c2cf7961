"""What migrations wrote once, as it was then. It stays as it is, and nothing but migrations reads it."""
