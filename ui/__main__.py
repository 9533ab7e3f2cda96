"""`python -m ui` is the kamervraag command."""

from ui.cli import main

main()
