"""Configuration, database, errors, logging: what every layer stands on."""
