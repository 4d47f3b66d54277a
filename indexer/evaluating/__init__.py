"""How well questions are answered: sets of questions, rankings of a throw-away library, figures, floors."""
