"""fanshare: share the proceeds of every sale, fairly and provably, with creators and fans."""
