"""Builds kept, listed, served and rolled back: readers see one whole build, or the one before."""
