"""French, with accents or without."""

from typing import Any, Final

from maitred.domain.phoneline.words import listed

LANGUAGE: Final = "fr"
# Words that others use in another sense: they count only where this language is spoken.
RISKY: Final = listed("avril dim dix jeu juin mai mar mars mer noel sam sept six un une")
SENSES: Final[dict[str, dict[Any, str]]] = {
    "weekday": {
        0: "lundi; lun",
        1: "mardi; mar",
        2: "mercredi; mer; mecredi",
        3: "jeudi; jeu",
        4: "vendredi; ven; vendedi",
        5: "samedi; sam; smedi; samdi",
        6: "dimanche; dim; dimance",
    },
    "month": {
        1: "janvier; janv",
        2: "fevrier; fevr; fev",
        3: "mars",
        4: "avril; avr",
        5: "mai",
        6: "juin",
        7: "juillet; juil",
        8: "aout",
        9: "septembre",
        10: "octobre",
        11: "novembre",
        12: "decembre; dec",
    },
    "ahead": {
        -1: "hier",
        0: "aujourd'hui; aujourdhui; auj; aujourd hui; ce midi",
        1: "demain; dmain",
        2: "apres-demain; apres demain",
    },
    "tonight": {
        0: "ce soir; cette nuit; c soir",
    },
    "feast": {
        "kings": "epiphanie; jour des rois",
        "christmas eve": "reveillon de noel; veille de noel; la veille de noel; le reveillon de noel",
        "christmas": "noel; jour de noel; le jour de noel",
        "reveillon": "reveillon; le reveillon; soir de reveillon",
        "new year's eve": (
            "saint-sylvestre; saint sylvestre; la saint-sylvestre; la saint sylvestre; st sylvestre; reveillon du "
            "nouvel an; le reveillon du nouvel an; reveillon du jour de l'an; 31 au soir; soir du nouvel an; "
            "st-sylvestre"
        ),
        "new year": "nouvel an; jour de l'an; le jour de l'an; premier de l'an",
        "valentine": ("saint-valentin; saint valentin; st valentin; la saint-valentin; la saint valentin; st-valentin"),
        "good friday": "vendredi saint",
        "easter": "paques; dimanche de paques",
        "easter monday": "lundi de paques",
        "mothers": "fete des meres; la fete des meres",
        "fathers": "fete des peres",
    },
    "next after": {
        "fr": "prochain; prochaine",
    },
    "this": {
        True: "ce; cet",
    },
    "this after": {
        True: "qui vient",
    },
    "week off": {
        1: "en huit; dans une semaine",
        2: "en quinze; dans deux semaines; dans 15 jours; dans quinze jours",
    },
    "next week": {
        1: "la semaine prochaine; semaine prochaine; de la semaine prochaine",
    },
    "units": {
        1: "jours; jour",
        7: "semaines; semaine",
    },
    "vague day": {
        True: "week-end; weekend; ce week-end; le week-end; mois; mois prochain; le mois prochain",
    },
    "bound": {
        True: "apres; avant; jusqu'a; jusqu a; pas avant; au plus tard; entre",
    },
    "minutes": {
        1: "minutes; minute; mn",
        60: "heures; heure",
    },
    "in": {
        True: "dans; dans environ",
    },
    "soon": {
        0: "maintenant; tout de suite",
        30: "dans une demi-heure; dans une demi heure; dans une demie heure",
        60: "dans une heure",
        15: "dans un quart d'heure",
        45: "dans trois quarts d'heure",
        90: "dans une heure et demie",
    },
    "et quart": {
        15: "et quart; un quart; et un quart",
    },
    "et demie": {
        30: "et demie; et demi; & demi",
    },
    "moins": {
        True: "moins",
    },
    "le quart": {
        15: "le quart; quart; un quart",
    },
    "oclock": {
        True: "heures; heure; h; hs",
    },
    "part": {
        "morning": "du matin; le matin; matin; au petit-dejeuner; pour le petit dejeuner; matinee",
        "noonish": "le midi; au dejeuner; pour dejeuner; pour le dejeuner; dejeuner; au midi",
        "afternoon": "de l'apres-midi; l'apres-midi; apres-midi; apres midi; l'apres midi; de l'apres midi; aprem",
        "evening": "du soir; le soir; soir; au soir; pour diner; au diner; diner; pour le diner; en soiree; soiree",
    },
    "noon": {
        12: "midi; a midi; 12h midi",
    },
    "midnight": {
        0: "minuit; a minuit",
    },
    "ish": {
        True: "environ; a peu pres",
    },
    "at": {
        True: "vers; a partir de; aux alentours de; autour de",
    },
    "the": {
        True: "le; du; au; pour le",
    },
    "of": {
        True: "de",
    },
    "for": {
        True: "pour",
    },
    "table for": {
        True: (
            "table pour; une table pour; on est; on sera; on serait; nous sommes; nous serons; nous serions; on "
            "sera a; table de; groupe de; sommes; serons; on est a; reservation pour; table a; on vient a"
        ),
    },
    "a": {
        True: "a",
    },
    "people": {
        True: "personnes; personne; pers; couverts; couvert; convives; places; pax; persones; gens; prs; person",
    },
    "adults": {
        True: "adultes; adulte; grands",
    },
    "kids": {
        True: "enfants; enfant; gosses; petits",
    },
    "couple": {
        2: "tous les deux; nous deux; a deux; en amoureux; ma femme et moi; mon mari et moi; moi et ma femme",
        12: "une douzaine; une douzaine de",
        1: "juste moi; seul; seule",
    },
    "roughly": {
        10: "une dizaine; une dizaine de",
        15: "une quinzaine; une quinzaine de",
        20: "une vingtaine; une vingtaine de",
        30: "une trentaine; une trentaine de",
    },
    "baby": {
        True: "bebe; bebes; nourrisson; nourrissons",
    },
    "high chair": {
        True: (
            "chaise haute; chaises hautes; chaise bebe; siege bebe; chaise pour bebe; rehausseur; chaise haute "
            "bebe; chaise-haute"
        ),
    },
    "plus": {
        True: "plus; et; avec; +",
    },
    "or": {
        True: "ou",
    },
    "accessible": {
        True: (
            "fauteuil roulant; fauteuil; pmr; handicape; handicapee; en fauteuil; en fauteuil roulant; mobilite "
            "reduite; acces handicape; acces pmr; accessible; sans marche; sans marches"
        ),
    },
    "table": {
        True: "table; la table; table n; table no; table numero",
    },
    "allergen": {
        True: (
            "noix; arachide; arachides; cacahuete; cacahuetes; noisette; noisettes; crustaces; crustace; poisson; "
            "poissons; fruits de mer; fruits a coque; lait; oeuf; oeufs; œuf; œufs; soja; gluten; ble; sesame; "
            "lactose; moutarde; celeri; amandes; amande; fraises; kiwi; coquillages; champignons; ail; sulfites; "
            "produits laitiers; gambas; crevettes; noix de cajou"
        ),
    },
    "degree": {
        True: ("forte; grave; severe; une; un; est; a; suis; je suis; il est; elle est; tres; sommes; personne; sont"),
    },
    "allergy": {
        True: "allergie; allergies; allergique; allergiques; intolerance; intolerant; intolerante",
    },
    "allergy alone": {
        True: (
            "sans gluten; sans lactose; coeliaque; cœliaque; sans noix; sans arachides; sans arachide; maladie "
            "coeliaque; sans fruits a coque"
        ),
    },
    "allergic to": {
        True: "a; aux; au; a la; a l; a l'; de; des; aux fruits a",
    },
    "occasion": {
        True: (
            "anniversaire; anniversaire de mariage; anniv; fiancailles; mariage; bapteme; lune de miel; "
            "saint-patron; communion; depart en retraite; pot de depart; evjf; evg; noces; diner d'affaires; "
            "repas d'affaires; demande en mariage; fete; noces d'or; noces d'argent; repas d'entreprise"
        ),
    },
    "title": {
        True: "m; mr; mme; mlle; monsieur; madame; mademoiselle; docteur; dr; mesdames; famille; maitre; melle",
    },
    "named": {
        True: (
            "nom; au nom de; au nom d'; au nom; nom de; je m'appelle; mon nom est; a nom; c'est au nom de; je "
            "suis; nom de famille; le nom est; s'appelle"
        ),
    },
    "filler": {
        True: (
            "s'il vous plait; svp; stp; merci; bonjour; bonsoir; allo; je voudrais; je voudrais reserver; je "
            "souhaite; on voudrait; nous voudrions; nous aimerions; j'aimerais; reserver; reservation; une table; "
            "table; une; un; le; la; les; de; du; des; d; a; au; aux; et; pour; par; oui; euh; heu; bah; donc; "
            "alors; avec; on; nous; je; est; ce; c'est; possible; serait-il possible; est-ce possible; ou; si; si "
            "possible; aimerais; voudrais; veux; veut; en; y; il; y aura; il y aura; ca; va; bien; merci "
            "beaucoup; tel; telephone; portable; numero; mail; sera; serait; h; heures; vers; dont; plus; mon; "
            "notre; son; votre; chez; vous; avez; auriez; est-ce que; que; qui; demande; aurait; avoir; besoin; "
            "dans; d'une; d'un; l; bonne; journee; soiree; personnes; merci d'avance; moi; tres"
        ),
    },
    "noted": {
        True: (
            "fenetre; cote; pres; chaise; coin; calme; tranquille; terrasse; dehors; dedans; interieur; exterieur; "
            "jardin; bar; cheminee; chien; chiens; poussette; vegan; vegane; vegetarien; vegetarienne; vegetariens; "
            "halal; casher; enceinte; gateau; bougies; bougie; champagne; fleurs; surprise; cadeau; habitue; client; "
            "fidele; retard; tard; tot; menu; vin; carte; addition; parking; taxi; hotel; chambre; comme; d'habitude; "
            "meme; grande; petite; ronde; belle; jolie; sans; pas; non; mais; apres; avant; peut; peut-etre; mamie; "
            "papi; mere; pere; amis; famille au; collegues; travail; repas; rappeler; rappel; important; vue; mer; "
            "banquette; salon; prive; haut; bas; etage; escalier; escaliers; bruit; romantique; loin; porte; cuisine; "
            "ombre; soleil; balcon; veranda; accompagne; plat; plats; urgent; critique; presse; jumeaux; coloriage; "
            "malentendant; bequilles; deambulateur; rez-de-chaussee; ascenseur; facture; bon; acompte; entreprise; "
            "ballons; droit; musique; theatre; concert; cinema; train; avion; enterrement; retrouvailles; retraite; "
            "photographe; secret; chauffage; fumeur; fumeurs; ami; amie; patron; patronne; parents; grands-parents; "
            "soeur; frere; club; voyage; touristes; parle; sourd; aveugle; flexible; deuxieme; premiere; boissons; "
            "dessert; cafe; reclamation; derniere; dernier; nouveau; nouvelle; membre; climatisation; projecteur; "
            "privatisation; epice; apporte; apportent; veulent; prefere; preferent; aimeraient; arrivent; arrive; "
            "avertir; prevenir; chaud; froid; tele; ecran; service"
        ),
    },
    "diet": {
        True: "vegetarien; vegetariens; vegetarienne; vegetariennes; vegan; vegans; chien; chiens; poussettes",
    },
    "surname": {
        True: "belle; bien; poisson; noel",
    },
    "lone note": {
        True: (
            "fenetre; terrasse; calme; dehors; interieur; exterieur; chien; poussette; dedans; jardin; pres de la "
            "fenetre; cote fenetre; en terrasse; a l'interieur; a l'exterieur; au calme; coin calme"
        ),
    },
    "room": {
        True: "chambre; appartement; appt; bureau; numero",
    },
    "joined": {
        True: "et",
    },
    "between": {
        True: "entre",
    },
    "including": {
        True: "dont; y compris",
    },
    "excluded": {
        True: "sans; pas de",
    },
    "ordinal": {
        1: "premier; 1er",
    },
    "number": {
        1: "un; une",
        2: "deux",
        3: "trois",
        4: "quatre",
        5: "cinq",
        6: "six",
        7: "sept",
        8: "huit",
        9: "neuf",
        10: "dix",
        11: "onze",
        12: "douze",
        13: "treize",
        14: "quatorze",
        15: "quinze",
        16: "seize",
        17: "dix-sept; dix sept",
        18: "dix-huit; dix huit",
        19: "dix-neuf; dix neuf",
        20: "vingt",
        21: "vingt et une; vingt et un; vingt-et-un; vingt-et-une",
        22: "vingt-deux; vingt deux",
        23: "vingt-trois; vingt trois",
        25: "vingt-cinq; vingt cinq",
        30: "trente",
        35: "trente-cinq; trente cinq",
        40: "quarante",
        45: "quarante-cinq; quarante cinq",
        50: "cinquante",
        55: "cinquante-cinq",
    },
}
