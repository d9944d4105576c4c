# lextab_expr.py. This file automatically created by PLY (version 3.11). Don't edit!
_tabversion   = '3.10'
_lextokens    = set(('AND', 'BAREWORD', 'BITAND', 'BITOR', 'BITXOR', 'COLON', 'COMMA', 'EQ', 'EQUAL', 'FUNCTION', 'GE', 'GT', 'IN', 'INVALID', 'LE', 'LPAREN', 'LSHIFT', 'LT', 'MINUS', 'NE', 'NI', 'NOT', 'OPERAND', 'OR', 'PARTIAL', 'PERCENT', 'PLUS', 'POWER', 'QUESTION', 'RPAREN', 'RSHIFT', 'SLASH', 'STAR', 'TILDE', 'UNEQUAL'))
_lexreflags   = 64
_lexliterals  = ''
_lexstateinfo = {'INITIAL': 'inclusive'}
_lexstatere   = {'INITIAL': [('(?P<t_OPERATOR>(?:eq|ne|in|ni)(?![A-Za-z])|\\*\\*|<<|>>|<=|>=|==|!=|&&|\\|\\||[-*/%+<>&|^~!?:(),])|(?P<t_NUMBER>(?:[0-9]+\\.[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-][0-9]+|(?:0[xX][0-9a-fA-F]+(?![0-9a-fA-F])|0[oO][0-7]+|0[bB][01]+|[0-9]+(?:[eE][0-9]+)?)(?:(?![A-Za-z0-9_])|(?=(?:eq|ne|in|ni)(?![A-Za-z])))|(?:[iI][nN][fF](?:[iI][nN][iI][tT][yY])?|[nN][aA][nN])(?:(?![A-Za-z0-9_])|(?=(?:eq|ne|in|ni)(?![A-Za-z]))))|(?P<t_BAREWORD>[A-Za-z0-9][A-Za-z0-9_]*)|(?P<t_OPERAND>[$\\["{])|(?P<t_PARTIAL>=)|(?P<t_INVALID>.)', [None, ('t_OPERATOR', 'OPERATOR'), ('t_NUMBER', 'NUMBER'), ('t_BAREWORD', 'BAREWORD'), ('t_OPERAND', 'OPERAND'), ('t_PARTIAL', 'PARTIAL'), ('t_INVALID', 'INVALID')])]}
_lexstateignore = {'INITIAL': ' \t\n\x0b\x0c\r'}
_lexstateerrorf = {'INITIAL': 't_error'}
_lexstateeoff = {}
