"""The conditional of French, Spanish and Portuguese, and the words that end like it."""

from __future__ import annotations

import pytest

from streams.analysis.hedges.grammar import load

CONDITIONALS = {
    "fr": """
        aurait auraient serait seraient pourrait devrait voudrait saurait faudrait verrait enverrait
        courrait mourrait acquerrait tiendrait viendrait peindrait résoudrait mettrait naîtrait
        connaîtrait romprait vaincrait croirait boirait plairait conclurait ouvrirait offrirait
        préparerait montrerait entrerait tirerait considérerait sortirait vivrait recevrait ferait
        haïrait serais aurions devriez pourrait-il Serait AURAIENT""",
    "es": """
        habría habrían sería estaría podría debería tendría vendría saldría pondría haría diría
        querría sabría cabría correría movería perdería parecería conocería rompería abriría
        cubriría sufriría moriría adquiriría preferiría compraríamos iría vería Estaría HABRÍAN""",
    "pt": """
        teria teriam seria estaria poderia deveria haveria faria diria traria viria manteria poria
        comporia venceria pareceria perderia receberia escreveria moveria cometeria ocorreria
        abriria cobriria sofreria preferiria compraríamos ter-se-ia tratar-se-iam Estaria TERIAM""",
}
OTHERS = {
    "fr": """
        entrait entraient préparait montrait ouvrait offrait courait mourait tirait attirait
        retirait respirait admirait désirait durait restaurait ignorait considérait espérait livrait
        célébrait encadrait engendrait frais vrais marais extrait attrait portrait serai aurai""",
    "es": """
        librería mayoría minoría categoría batería panadería comisaría secretaría quería querían
        moría corría corrían abría cubría sufría requería prefería adquiría varía María Hungría
        Alejandría alegría cría""",
    "pt": """
        maioria minoria livraria padaria secretaria engenharia teoria categoria parceria bateria
        queria queriam corria abria cobria sofria preferia sugeria adquiria varia história vitória
        própria Maria""",
}


def forms(words: dict[str, str]) -> list[tuple[str, str]]:
    return [(language, form) for language, listed in words.items() for form in listed.split()]


def is_conditional(language: str, form: str) -> bool:
    grammar = load(language)
    assert grammar is not None
    return "cond" in grammar.word(form).classes


@pytest.mark.parametrize(("language", "form"), forms(CONDITIONALS))
def test_conditional(language: str, form: str) -> None:
    assert is_conditional(language, form)


@pytest.mark.parametrize(("language", "form"), forms(OTHERS))
def test_not_conditional(language: str, form: str) -> None:
    assert not is_conditional(language, form)
