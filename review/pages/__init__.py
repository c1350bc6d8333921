"""The desk's pages: each module holds the routes of one section and nothing that decides anything."""
