"""Training and measuring the entity models; not part of the installed package."""
