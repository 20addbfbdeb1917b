"""What an installation or a raw folder lacks, in sentences."""
