"""The staff's web app. So far a person decides with `lotline decide`; this room holds the desk over the same decisions."""
