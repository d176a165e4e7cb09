"""What is wrong with this installation, and how to mend it; each check looks at one thing and yields its findings."""
