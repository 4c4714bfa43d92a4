"""Keys of personal data, unwrapped when needed and kept for a while."""


class Keyring:
    """Unwraps keys with the master key and keeps them in memory."""
