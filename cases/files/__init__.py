"""What is looked at before an uploaded file may lie in a case. Django is met in `checking` and `antivirus` alone."""
