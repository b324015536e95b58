"""The database: encrypted SQLite through SQLAlchemy, one unit of work per change."""
