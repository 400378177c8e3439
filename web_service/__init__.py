"""What any web service is made of; knows no credential and no specification of credentials."""
