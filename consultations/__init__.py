"""How a scheme is agreed on before it is issued: consulted on, reviewed jointly by the city, issued with its papers."""
