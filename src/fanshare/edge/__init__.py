"""The front door without a framework: redirects, webhook intake, beacon. It never needs the database."""
