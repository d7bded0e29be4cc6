"""The forms of output that `gradlab_plugins.formats` offers, one module each."""
