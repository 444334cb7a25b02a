"""The register of exclusions and the flow diagram."""
