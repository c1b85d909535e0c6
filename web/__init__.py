"""Pages and the JSON API over storage, in Russian and English. It knows no calls and no SQL."""
