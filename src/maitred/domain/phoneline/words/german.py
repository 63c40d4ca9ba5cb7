"""German, with umlauts or without."""

from typing import Any, Final

from maitred.domain.phoneline.words import listed

LANGUAGE: Final = "de"
# Words that others use in another sense: they count only where this language is spoken.
RISKY: Final = listed("acht di do elf fr jan juli juni kind mai mi mo so")
SENSES: Final[dict[str, dict[Any, str]]] = {
    "weekday": {
        0: "montag; mo; montags; monatg",
        1: "dienstag; di; dienstags; dinstag",
        2: "mittwoch; mi; mittwochs; mittwoc",
        3: "donnerstag; do; donnerstags; donerstag",
        4: "freitag; fr; freitags; freitga",
        5: "samstag; sa; sonnabend; samstags; samtag; samstga",
        6: "sonntag; so; sonntags; sontag",
    },
    "month": {
        1: "januar; jan; janner; jaenner",
        2: "februar; feb; feber",
        3: "marz; maerz; mrz",
        4: "april; apr",
        5: "mai",
        6: "juni; jun",
        7: "juli; jul",
        8: "august; aug",
        9: "september; sept; sep",
        10: "oktober; okt",
        11: "november; nov",
        12: "dezember; dez",
    },
    "ahead": {
        -1: "gestern",
        0: "heute; heut; heute mittag",
        1: "morgen",
        2: "ubermorgen; uebermorgen",
    },
    "tonight": {
        0: "heute abend; heut abend; heute nacht; heute am abend",
    },
    "feast": {
        "kings": "heilige drei konige; heiligen drei konige; drei konige; dreikonig; dreikonigstag; heilig drei konig",
        "christmas eve": "heiligabend; heilig abend; heiliger abend; heiligen abend; weihnachtsabend",
        "christmas": (
            "erster weihnachtstag; 1 weihnachtstag; ersten weihnachtstag; 1 weihnachtsfeiertag; erster "
            "weihnachtsfeiertag; ersten weihnachtsfeiertag"
        ),
        "boxing day": (
            "zweiter weihnachtstag; 2 weihnachtstag; zweiten weihnachtstag; 2 weihnachtsfeiertag; zweiter "
            "weihnachtsfeiertag; zweiten weihnachtsfeiertag; stephanstag; stefanitag"
        ),
        "christmas days": "weihnachten; weihnachtstag",
        "new year's eve": "silvester; sylvester; silvesterabend; altjahrsabend",
        "new year": "neujahr; neujahrstag",
        "valentine": "valentinstag",
        "good friday": "karfreitag",
        "easter": "ostersonntag; ostern",
        "easter monday": "ostermontag",
        "mothers": "muttertag",
        "fathers": "vatertag",
        "nicholas": "nikolaus; nikolaustag",
    },
    "next": {
        "de": "nachsten; nachster; nachste; nachstes; naechsten; naechster; naechste; nachst",
    },
    "this": {
        True: "diesen; dieser; diese; kommenden; kommender; dies",
    },
    "week off": {
        1: "in einer woche; in 1 woche; eine woche spater",
        2: "in zwei wochen; in 2 wochen",
    },
    "after next": {
        True: "ubernachsten; ubernachster; ubernachste; uebernachsten; uebernaechsten",
    },
    "next week": {
        1: (
            "nachste woche; naechste woche; kommende woche; der nachsten woche; nachster woche; naechster woche; "
            "kommender woche; der kommenden woche"
        ),
    },
    "units": {
        1: "tagen; tage; tag",
        7: "wochen; woche",
    },
    "vague day": {
        True: "wochenende; am wochenende; nachsten monat; monat; irgendwann",
    },
    "bound": {
        True: "nach; vor; bis; nicht vor; spatestens; fruhestens; zwischen",
    },
    "fortnight": {
        14: "in vierzehn tagen",
    },
    "minutes": {
        1: "minuten; minute; min",
        60: "stunden; stunde; std",
    },
    "in": {
        True: "in; in ca; in etwa",
    },
    "half more": {
        30: "einhalb stunden; 1/2 stunden",
    },
    "soon": {
        0: "jetzt; jetzt gleich; sofort; jetzt sofort",
        30: "in einer halben stunde; in ner halben stunde",
        60: "in einer stunde; in ner stunde",
        15: "in einer viertelstunde",
        45: "in einer dreiviertelstunde; in ner dreiviertelstunde; in einer dreiviertel stunde",
        150: "in zweieinhalb stunden",
        90: "in anderthalb stunden; in eineinhalb stunden",
    },
    "halb": {
        True: "halb",
    },
    "viertel": {
        True: "viertel",
    },
    "dreiviertel": {
        True: "dreiviertel; drei viertel; dreiviertl",
    },
    "past": {
        True: "nach",
    },
    "to": {
        True: "vor",
    },
    "oclock": {
        True: "uhr; h",
    },
    "part": {
        "morning": (
            "morgens; vormittags; vormittag; am vormittag; fruh; frueh; in der fruh; am morgen; fruhstuck; zum "
            "fruhstuck; fruhmorgens; zum brunch"
        ),
        "noonish": "mittags; mittag; am mittag; zum mittag; mittagessen; zum mittagessen; zu mittag",
        "afternoon": "nachmittags; nachmittag; am nachmittag",
        "evening": "abends; abend; am abend; nachts; in der nacht; zum abendessen; abendessen; am fruhen abend",
    },
    "noon": {
        12: "zwolf uhr mittags; um zwolf uhr mittags; um 12 uhr mittags; 12 uhr mittags; um 12 mittags",
    },
    "midnight": {
        0: "mitternacht; um mitternacht; 24 uhr",
    },
    "ish": {
        True: "rum; herum",
    },
    "at": {
        True: "um; gegen; ca; circa; zirka; etwa; ab; so um; so gegen; ungefahr um; ungefahr",
    },
    "on": {
        True: "am",
    },
    "the": {
        True: "am; den; der; dem; vom; fur den; fuer den; zum",
    },
    "for": {
        True: "fur; fuer",
    },
    "table for": {
        True: (
            "tisch fur; tisch fuer; einen tisch fur; wir sind; wir waren; wir waeren; wir sind zu; wir werden; es "
            "sind; sind; waren; fur ca; tisch zu; reservierung fur"
        ),
    },
    "zu": {
        2: "zu zweit; zweit; zweier; zweiertisch; 2er tisch; 2er; zu zweien",
        3: "zu dritt; dritt",
        4: "zu viert; viert; vierertisch; 4er tisch; 4er; zu vieren",
        5: "zu funft; zu fuenft",
        6: "zu sechst; sechst; 6er tisch; 6er",
        7: "zu siebt; siebt",
        8: "zu acht; zu achten; 8er tisch; 8er",
        9: "zu neunt",
        10: "zu zehnt",
        11: "zu elft",
        12: "zu zwolft; zu zwoelft",
    },
    "people": {
        True: "personen; person; pers; leute; gaste; gaeste; mann; menschen; platze; plaetze; gedecke; perso",
    },
    "adults": {
        True: "erwachsene; erwachsenen; erwachsener; erw; große; grosse",
    },
    "kids": {
        True: "kinder; kind; kindern; kleinkind; kleinkinder; kids",
    },
    "couple": {
        2: (
            "wir beide; uns beide; uns zwei; meine frau und ich; mein mann und ich; ich und meine frau; ich und "
            "mein mann"
        ),
        1: "nur ich; nur fur mich; eine einzelperson",
        12: "ein dutzend; dutzend",
    },
    "baby": {
        True: "baby; babys; babies; saugling",
    },
    "high chair": {
        True: (
            "hochstuhl; kinderstuhl; kinderhochstuhl; kindersitz; babystuhl; hochstuhle; hochstuehle; "
            "kinderstuhle; kinderstuehle; kinderhochstuhle"
        ),
    },
    "plus": {
        True: "plus; und; mit; u",
    },
    "or": {
        True: "oder",
    },
    "accessible": {
        True: (
            "rollstuhl; rollstuhlfahrer; rollstuhlfahrerin; barrierefrei; rolli; rollstuhlgerecht; im rollstuhl; "
            "mit rollstuhl; stufenlos; gehbehindert; barrierefreier tisch; rollator"
        ),
    },
    "table": {
        True: "tisch; tisch nr; tisch nummer",
    },
    "allergen": {
        True: (
            "nuss; nusse; nuesse; erdnuss; erdnusse; erdnuesse; haselnuss; haselnusse; walnuss; walnusse; "
            "schalentiere; meeresfruchte; fisch; milch; ei; eier; soja; weizen; sesam; laktose; senf; sellerie; "
            "krebstiere; mandeln; cashew; apfel; erdbeeren; tomaten; pilze; zwiebeln; knoblauch; gluten; nussen"
        ),
    },
    "degree": {
        True: "starke; schwere; stark; schwer; leichte; hat; habe; eine; einer; jemand; ist; bin; gast; ein; sind",
    },
    "allergy": {
        True: (
            "allergie; allergien; allergisch; unvertraglichkeit; intoleranz; intolerant; allergikerin; "
            "allergiker; unvertraeglichkeit; allergi"
        ),
    },
    "allergy alone": {
        True: (
            "zoliakie; zoeliakie; glutenfrei; laktosefrei; nussallergie; nussallergien; erdnussallergie; "
            "laktoseintoleranz; laktoseintolerant; glutenunvertraglichkeit; milchallergie; fischallergie; "
            "sojaallergie; eiallergie; nussallergiker; glutenallergie; haselnussallergie; sellerieallergie; "
            "glutenintoleranz; histaminintoleranz; laktoseallergie; schalentierallergie; meeresfruchteallergie; "
            "weizenallergie; sesamallergie; senfallergie"
        ),
    },
    "allergic to": {
        True: "gegen; auf",
    },
    "occasion": {
        True: (
            "geburtstag; geburtstagsfeier; geburtstagsessen; hochzeitstag; jubilaum; jubilaeum; verlobung; "
            "hochzeit; taufe; firmenfeier; weihnachtsfeier; abschied; junggesellenabschied; konfirmation; "
            "kommunion; feier; jahrestag; goldene hochzeit; silberhochzeit; geb; rundgeburtstag; gebfeier; "
            "abschiedsfeier; abschlussfeier; einschulung"
        ),
    },
    "title": {
        True: "herr; frau; herrn; hr; dr; prof; doktor; fam; familie; herr und frau",
    },
    "named": {
        True: (
            "name; auf den namen; auf namen; name ist; mein name ist; ich heiße; ich heisse; unter dem namen; "
            "unter; namens; hier ist; hier spricht; nachname; der name ist; ich bin; reserviert auf; auf name"
        ),
    },
    "filler": {
        True: (
            "bitte; danke; hallo; guten tag; guten abend; guten morgen; gruß gott; gruss gott; servus; moin; ich "
            "mochte; ich moechte; wir mochten; wir moechten; ich hatte gern; ich hatte gerne; ich wurde gern; ich "
            "wurde gerne; reservieren; reservierung; einen tisch; ein tisch; tisch; tisch am; einen tisch am; "
            "gern; gerne; ja; ok; und; ein; eine; einen; der; die; das; den; dem; am; im; um; fur; fuer; auf; "
            "von; zum; zur; ist; sind; wir; ich; noch; mal; haben; hatten; hatte; mochte; mochten; brauchen; "
            "brauche; ware; waere; moglich; vielleicht; bestellen; buchen; kommen; schonen; vielen dank; uns; "
            "mein; unser; nur; also; dann; bei; es; geht; platz; da; euch; ihnen; sie; etwas; was; frei; wurden; "
            "wurde; telefon; tel; handy; nummer; mail; guten; mit; plus; oder; personen; person; beim; ab; uhr; "
            "ah; aeh; hm; halb"
        ),
    },
    "noted": {
        True: (
            "fenster; fensterplatz; fenstertisch; hoch; ruhig; ruhiger; ruhige; ruhigen; ecke; draußen; draussen; "
            "drinnen; terrasse; garten; bar; theke; kamin; nahe; neben; hund; hunde; kinderwagen; vegan; veganer; "
            "vegetarisch; vegetarier; vegetarisches; schwanger; kuchen; torte; kerzen; kerze; sekt; blumen; "
            "uberraschung; geschenk; stammgast; stammtisch; spater; fruher; punktlich; menu; wein; gutschein; "
            "rechnung; karte; parkplatz; taxi; hotel; zimmer; wie; immer; gleicher; große; kleiner; runder; schoner; "
            "nicht; ohne; kein; keine; wenn; erst; eventuell; evtl; oma; opa; mutter; vater; freunde; familienfeier; "
            "kollegen; geschaftsessen; rufe; anruf; zuruck; innen; außen; aussen; schatten; sonne; balkon; "
            "wintergarten; nebenraum; keller; oben; unten; treppe; essen; bier; getranke; bitte am; laut; wichtig; "
            "gehbehindert; stock; halal; koscher; nische; sofa; bank; separee; blick; allein; ruckruf; rueckruf; "
            "zuruckrufen; dringend; kritiker; presse; rabatt; mittagsmenu; degustation; uberraschungsmenu; "
            "pflanzlich; zwillinge; kinderkarte; malsachen; senioren; schwerhorig; blindenhund; assistenzhund; "
            "krucken; erdgeschoss; rampe; aufzug; weg; ecktisch; hochtisch; grosser; getrennte; getrennt; anzahlung; "
            "firma; kundentermin; kunde; kunden; erstes; letztes; letzte; heiratsantrag; ring; luftballons; eigener; "
            "eigene; korkgeld; musik; theater; konzert; kino; zug; flug; flugzeug; hotelgast; hotelgaste; "
            "klassentreffen; ruhestand; trauerfeier; leichenschmaus; abitur; fotograf; geheim; warm; kalt; heizpilz; "
            "decke; decken; sonnig; raucher; nichtraucher; freund; freundin; mitarbeiter; chef; chefin; eltern; "
            "grosseltern; schwester; bruder; verein; kegelclub; damen; herren; flitterwochen; touristen; spricht; "
            "gehorlos; verspatet; flexibel; egal; bestatigt; bestatigen; unbekannt; kaffee; buffet; beschwerde; "
            "stammplatz; neukunde; mitglied; klimaanlage; zugluft; aussicht; beamer; ganzes; ganze; nachtisch; "
            "scharf; bringt; bringen; wollen; will; zuerst; danach; vorher; nachher; schicht; zweite; telefonisch"
        ),
    },
    "diet": {
        True: "vegetarier; veganer; hund; hunde; kinderwagen",
    },
    "surname": {
        True: "keller; frei; hoch; stark; laut; kind; mann; bank; bier; bar; abend; platz",
    },
    "lone note": {
        True: (
            "fenster; fensterplatz; fenstertisch; draußen; draussen; drinnen; terrasse; hund; kinderwagen; ruhig; "
            "vegetarisch; vegan; innen; kamin"
        ),
    },
    "room": {
        True: "zimmer; raum; wohnung; hausnummer; zi",
    },
    "joined": {
        True: "und",
    },
    "between": {
        True: "zwischen",
    },
    "including": {
        True: "davon; inkl; inklusive; einschließlich",
    },
    "excluded": {
        True: "ohne; kein; keine; keinen",
    },
    "ordinal": {
        1: "ersten; erster",
        2: "zweiten; zweiter",
        3: "dritten; dritter",
        4: "vierten; vierter",
        5: "funften; fuenften",
        6: "sechsten",
        7: "siebten",
        8: "achten",
        9: "neunten",
        10: "zehnten",
        11: "elften",
        12: "zwolften; zwoelften",
        13: "dreizehnten",
        14: "vierzehnten",
        15: "funfzehnten",
        16: "sechzehnten",
        17: "siebzehnten",
        18: "achtzehnten",
        19: "neunzehnten",
        20: "zwanzigsten",
        21: "einundzwanzigsten",
        22: "zweiundzwanzigsten",
        23: "dreiundzwanzigsten",
        24: "vierundzwanzigsten",
        25: "funfundzwanzigsten",
        26: "sechsundzwanzigsten",
        27: "siebenundzwanzigsten",
        28: "achtundzwanzigsten",
        29: "neunundzwanzigsten",
        30: "dreissigsten",
        31: "einunddreissigsten",
    },
    "number": {
        1: "eins; ein; eine; einen",
        2: "zwei; zwo",
        3: "drei",
        4: "vier",
        5: "funf; fuenf",
        6: "sechs",
        7: "sieben",
        8: "acht",
        9: "neun",
        10: "zehn",
        11: "elf",
        12: "zwolf; zwoelf",
        13: "dreizehn",
        14: "vierzehn",
        15: "funfzehn; fuenfzehn",
        16: "sechzehn",
        17: "siebzehn",
        18: "achtzehn",
        19: "neunzehn",
        20: "zwanzig",
        21: "einundzwanzig",
        22: "zweiundzwanzig",
        23: "dreiundzwanzig",
        25: "funfundzwanzig",
        30: "dreißig; dreissig",
        40: "vierzig",
        45: "funfundvierzig; fuenfundvierzig",
        50: "funfzig",
    },
}
