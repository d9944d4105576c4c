"""How windows look: a table of colours, fonts and paddings, and what makes today's Tk draw like that of its day."""
