"""What the agent says of its own accord, by language (ISO 639-1)."""

from dataclasses import dataclass

from frontdesk.language import base_language


@dataclass(frozen=True)
class Phrases:
    """The sentences of one language; `waiting` are said in turn while a tool runs."""

    still_there: str
    nobody_there: str
    time_is_up: str
    one_moment: str
    say_again: str
    out_of_order: str
    waiting: tuple[str, ...]


PHRASES = {
    "en": Phrases(
        still_there="Are you still there?",
        nobody_there="I can't hear you, so I'll hang up now. Please call again any time. Goodbye.",
        time_is_up="I'm sorry, we have run out of time for this call. Please call again any time. Goodbye.",
        one_moment="One moment, please.",
        say_again="I'm sorry, something went wrong on my side. Could you say that again?",
        out_of_order="I'm sorry, I'm having technical trouble. Please call again in a little while. Goodbye.",
        waiting=(
            "One moment, let me check.",
            "I'm still on it.",
            "Thanks for your patience.",
            "Just a little longer.",
            "It's taking a bit longer than usual.",
        ),
    ),
    "es": Phrases(
        still_there="¿Sigue usted ahí?",
        nobody_there="No le oigo, así que voy a colgar. Llame de nuevo cuando quiera. Adiós.",
        time_is_up="Lo siento, se ha acabado el tiempo de esta llamada. Llame de nuevo cuando quiera. Adiós.",
        one_moment="Un momento, por favor.",
        say_again="Lo siento, algo ha fallado por mi parte. ¿Puede repetirlo?",
        out_of_order="Lo siento, tengo un problema técnico. Por favor, llame dentro de un rato. Adiós.",
        waiting=(
            "Un momento, lo compruebo.",
            "Sigo en ello.",
            "Gracias por su paciencia.",
            "Solo un poco más.",
            "Está tardando más de lo normal.",
        ),
    ),
    "de": Phrases(
        still_there="Sind Sie noch da?",
        nobody_there="Ich höre Sie nicht und lege jetzt auf. Rufen Sie gern wieder an. Auf Wiederhören.",
        time_is_up="Leider ist die Zeit für dieses Gespräch um. Rufen Sie gern wieder an. Auf Wiederhören.",
        one_moment="Einen Moment bitte.",
        say_again="Entschuldigung, bei mir ist etwas schiefgegangen. Können Sie das bitte wiederholen?",
        out_of_order="Es tut mir leid, ich habe eine Störung. Bitte rufen Sie später an. Auf Wiederhören.",
        waiting=(
            "Einen Moment, ich sehe nach.",
            "Ich bin noch dabei.",
            "Danke für Ihre Geduld.",
            "Nur noch einen Augenblick.",
            "Es dauert gerade etwas länger als sonst.",
        ),
    ),
    "fr": Phrases(
        still_there="Êtes-vous toujours là ?",
        nobody_there="Je ne vous entends pas, je vais raccrocher. N'hésitez pas à rappeler. Au revoir.",
        time_is_up="Je suis désolée, le temps de cet appel est écoulé. N'hésitez pas à rappeler. Au revoir.",
        one_moment="Un instant, s'il vous plaît.",
        say_again="Excusez-moi, il y a eu un problème de mon côté. Pouvez-vous répéter ?",
        out_of_order="Je suis désolée, j'ai un problème technique. Rappelez un peu plus tard. Au revoir.",
        waiting=(
            "Un instant, je vérifie.",
            "Je m'en occupe encore.",
            "Merci de votre patience.",
            "Encore un petit moment.",
            "Cela prend un peu plus de temps que d'habitude.",
        ),
    ),
    "it": Phrases(
        still_there="È ancora in linea?",
        nobody_there="Non la sento, quindi riattacco. Richiami quando vuole. Arrivederci.",
        time_is_up="Mi dispiace, il tempo per questa chiamata è finito. Richiami quando vuole. Arrivederci.",
        one_moment="Un momento, per favore.",
        say_again="Mi scusi, c'è stato un problema da parte mia. Può ripetere?",
        out_of_order="Mi dispiace, ho un problema tecnico. Richiami tra un po'. Arrivederci.",
        waiting=(
            "Un momento, controllo.",
            "Ci sto ancora lavorando.",
            "Grazie per la pazienza.",
            "Ancora un attimo.",
            "Ci vuole un po' più del solito.",
        ),
    ),
    "pt": Phrases(
        still_there="Ainda está aí?",
        nobody_there="Não consigo ouvir, então vou desligar. Ligue de novo quando quiser. Até logo.",
        time_is_up="Desculpe, o tempo desta chamada acabou. Ligue de novo quando quiser. Até logo.",
        one_moment="Um momento, por favor.",
        say_again="Desculpe, houve um problema do meu lado. Pode repetir?",
        out_of_order="Desculpe, estou com um problema técnico. Ligue daqui a pouco. Até logo.",
        waiting=(
            "Um momento, vou verificar.",
            "Ainda estou vendo isso.",
            "Obrigado pela paciência.",
            "Só mais um instante.",
            "Está demorando um pouco mais do que o normal.",
        ),
    ),
    "nl": Phrases(
        still_there="Bent u er nog?",
        nobody_there="Ik hoor u niet en hang nu op. U kunt altijd terugbellen. Tot ziens.",
        time_is_up="Helaas is de tijd voor dit gesprek om. U kunt altijd terugbellen. Tot ziens.",
        one_moment="Een ogenblik, alstublieft.",
        say_again="Sorry, er ging bij mij iets mis. Kunt u dat herhalen?",
        out_of_order="Het spijt me, ik heb een storing. Belt u later nog eens. Tot ziens.",
        waiting=(
            "Een ogenblik, ik kijk het na.",
            "Ik ben er nog mee bezig.",
            "Dank voor uw geduld.",
            "Nog heel even.",
            "Het duurt iets langer dan normaal.",
        ),
    ),
}


def phrases(language: str) -> Phrases:
    """The sentences of `language`, English where there are none."""
    return PHRASES.get(base_language(language), PHRASES["en"])
