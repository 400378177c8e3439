"""Changes to the core that no test notices: each is listed with why it changes nothing, or a test is missing."""
