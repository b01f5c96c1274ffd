"""What people see: web pages (``web``) and Grafana dashboards.

May import edge_agent.wire.schema and nothing else of the project. ``web`` holds no Python: templates, one style
sheet, scripts, and the words of two languages; the gateway renders them from a path that its command line passes in.

Decision: the words are two TOML files with the same keys, and a sentence is a whole.
Because: whoever corrects the Vietnamese is not a programmer, and word order differs between the languages.
Instead of: gettext catalogues, whose keys are English sentences and whose files need compiling.

Decision: a state has a colour, a word and a shape, and every pair of colours is checked for 4.5:1 by a test.
Because: one man in twelve cannot tell red from green, and screens hang in the sun.

Decision: nothing is loaded from elsewhere, neither font nor script nor picture.
Because: a plant's network often ends at its gate.
"""
