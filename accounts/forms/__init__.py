"""Forms of the people floor; entrance holds allauth's, office the administrator's."""
