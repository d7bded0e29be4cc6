"""The plugins that every gradlab course has. Each module is one plugin over gradlab's public API."""
